// The coordinator's changes of the plan: a class is not held, is held at another time, or is held after all. Whoever is in
// it is told.
import { useRef, useState } from 'preact/hooks'

import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { t, why } from '../core/text.js'
import { asLocalInput, fromLocalInput } from '../core/time.js'
import { Dialog } from './dialog.js'

const REASONS = ['weather', 'illness', 'no_teacher', 'holiday', 'technical', 'plan_changed', 'other']

export function PlanDialog({ kind, meeting, onDone, onClose }) {
  const [reason, setReason] = useState(null)
  const [fault, setFault] = useState(null)
  const starts = useRef(null)
  async function submit(event) {
    event.preventDefault()
    if (!reason) return setFault(t('planDialog.needsReason'))
    const data = { reason, version: meeting.version }
    if (kind === 'move') {
      const at = fromLocalInput(starts.current.value)
      if (at === null) return setFault(t('planDialog.needsTime'))
      Object.assign(data, { starts_at: at, ends_at: at + meeting.ends_at - meeting.starts_at })
    }
    try {
      await api.changePlan(meeting.id, kind, data)
      onDone()
    } catch (problem) {
      setFault(why(problem))
    }
  }
  return html`
    <${Dialog} title=${t(`planDialog.${kind}`)} onClose=${onClose}>
      <p><b>${meeting.title}</b> <span class="mute">${meeting.section_title}</span></p>
      <form class="stack" onSubmit=${submit}>
        ${kind === 'move' &&
        html`<label class="field">
          <span class="small">${t('planDialog.starts')}</span>
          <input ref=${starts} type="datetime-local" value=${asLocalInput(meeting.starts_at)} />
        </label>`}
        <fieldset class="reasons">
          <legend class="small">${t('planDialog.reason')}</legend>
          ${REASONS.map(
            (one) => html`<label key=${one} class="check">
              <input type="radio" name="reason" checked=${reason === one} onChange=${() => (setReason(one), setFault(null))} />
              <span>${t(`planReason.${one}`)}</span>
            </label>`,
          )}
        </fieldset>
        <p class="fault" role="alert">${fault}</p>
        <p class="small mute">${t('planDialog.told')}</p>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class=${`btn big ${kind === 'cancel' ? 'danger' : 'primary'}`}>${t(`planDialog.${kind}`)}</button>
        </div>
      </form>
    <//>
  `
}
