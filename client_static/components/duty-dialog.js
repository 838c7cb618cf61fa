// Leaving a room for a while or for good, handing it over, or taking it from who has gone. The last adult says why the
// room stays alone: what the server would refuse is asked for here first.
import { useState } from 'preact/hooks'

import { isLast } from '../core/duty.js'
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'

export const REASONS = ['relief_is_near', 'room_is_empty', 'emergency', 'other']

/** `send(what, data)`: a duty command of this room. */
export function DutyDialog({ duty, names, send, onClose }) {
  const [step, setStep] = useState('menu')
  const done = (what, data) => (onClose(), send(what, data))
  const shown = { duty, names, done, onClose }
  if (step === 'out') return html`<${Leaving} key="out" what="step_out" ...${shown} />`
  if (step === 'off') return html`<${Leaving} key="off" what="sign_off" ...${shown} />`
  if (step === 'hand') return html`<${HandOver} ...${shown} />`
  return html`
    <${Dialog} title=${t('duty.title')} onClose=${onClose}>
      <div class="tablet-ways">
        ${duty.me && !duty.isOut && html`<button class="btn big" onClick=${() => setStep('out')}>${t('duty.stepOut')}</button>`}
        ${duty.me && duty.relief.length > 0 && html`<button class="btn big" onClick=${() => setStep('hand')}>${t('duty.handOver')}</button>`}
        ${duty.offered && html`<button class="btn big" onClick=${() => done('drop_offer', { person_id: duty.me.person_id })}>${t('duty.takeBack')}</button>`}
        ${duty.others.map(
          ({ person_id: id }) => html`<button key=${id} class="btn big" onClick=${() => done('take_over', { person_id: id })}>
            ${t('duty.takeOver', { who: names.person(id) })}
          </button>`,
        )}
        ${duty.me && html`<button class="btn big" onClick=${() => (duty.isOut ? done('sign_off') : setStep('off'))}>${t('duty.signOff')}</button>`}
        <button class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
      </div>
      ${duty.others.length > 0 && html`<p class="small mute">${t('duty.takeOverWhen')}</p>`}
    <//>
  `
}

function Leaving({ what, duty, names, done, onClose }) {
  const [cover, setCover] = useState(duty.present[0] ?? null)
  const [reason, setReason] = useState(null)
  const [isFaulty, setFaulty] = useState(false)
  const isAlone = isLast(duty)
  const covers = what === 'step_out' && !isAlone
  function submit(event) {
    event.preventDefault()
    if (isAlone && !reason) return setFaulty(true)
    done(what, { ...(isAlone ? { reason } : {}), ...(covers && cover ? { covered_by: cover } : {}) })
  }
  return html`
    <${Dialog} title=${t(`duty.title.${what}`)} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        ${covers && html`<${Choices} legend=${t('duty.who')} name="cover" ids=${[...duty.present, null]} word=${(id) => (id ? names.person(id) : t('duty.nobodyCovers'))} chosen=${cover} onChoose=${setCover} />`}
        ${isAlone &&
        html`<p>${t('duty.last')}</p>
          <${Choices} legend=${t('duty.why')} name="reason" ids=${REASONS} word=${(id) => t(`duty.reason.${id}`)} chosen=${reason} onChoose=${(id) => (setReason(id), setFaulty(false))} />`}
        <p class="fault" role="alert">${isFaulty && t('duty.needsReason')}</p>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class="btn big primary">${t(`duty.do.${what}`)}</button>
        </div>
      </form>
    <//>
  `
}

function HandOver({ duty, names, done, onClose }) {
  const [to, setTo] = useState(duty.relief.length === 1 ? duty.relief[0] : null)
  const ids = duty.relief.length === 1 ? duty.relief : [null, ...duty.relief]
  const submit = (event) => {
    event.preventDefault()
    done('offer', to ? { to_id: to } : {})
  }
  return html`
    <${Dialog} title=${t('duty.title.offer')} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        <${Choices} legend=${t('duty.toWhom')} name="to" ids=${ids} word=${(id) => (id ? names.person(id) : t('duty.toAnybody'))} chosen=${to} onChoose=${setTo} />
        <p class="small mute">${t('duty.untilAccepted')}</p>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class="btn big primary">${t('duty.do.offer')}</button>
        </div>
      </form>
    <//>
  `
}

const Choices = ({ legend, name, ids, word, chosen, onChoose }) => html`
  <fieldset class="reasons">
    <legend>${legend}</legend>
    ${ids.map(
      (id) => html`<label key=${id ?? 'none'} class="check">
        <input type="radio" name=${name} checked=${chosen === id} onChange=${() => onChoose(id)} />
        <span>${word(id)}</span>
      </label>`,
    )}
  </fieldset>
`
