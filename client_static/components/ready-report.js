// The word on how the room stands: proposed by what was found, and the adult's to say.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { canBeReady, proposed } from '../core/readiness.js'
import { t } from '../core/text.js'
import { faultIn } from './ask-form.js'

const STATUSES = ['ready', 'degraded', 'down', 'closed']
const PHONES = ['reached', 'not_reached', 'none']
const MOST = 500

/** `found`: the draft; `phone`: the room's number, if one is known; `onReport(status)`. */
export function ReadyReport({ found, write, siteId, phone, onReport }) {
  const [fault, setFault] = useState(null)
  const chosen = found.status ?? proposed(found)
  const choose = (changes) => (setFault(null), write(changes))
  function submit(event) {
    event.preventDefault()
    if (!chosen) return setFault(t('ready.choose'))
    if (chosen === 'ready' && !canBeReady(found)) return setFault(t('error.not_ready'))
    const tooLong = found.note?.trim() && faultIn(found.note, { most: MOST })
    if (tooLong) return setFault(tooLong)
    onReport(chosen)
  }
  return html`
    <form class="ready-report" onSubmit=${submit}>
      <${Choice} name=${`phone-${siteId}`} legend=${phone ? t('ready.phoneOf', { phone }) : t('ready.phone')} ids=${PHONES} word=${(id) => t(`ready.phone.${id}`)} chosen=${found.phone} onChoose=${(id) => choose({ phone: id })} />
      <${Choice} name=${`stands-${siteId}`} legend=${t('ready.stands')} ids=${STATUSES} word=${(id) => t(`ready.status.${id}`)} chosen=${chosen} onChoose=${(id) => choose({ status: id })} />
      <label class="field">
        <span>${t('ready.note')}</span>
        <textarea autocomplete="off" rows="1" dir="auto" value=${found.note ?? ''} onInput=${(event) => choose({ note: event.target.value })}></textarea>
      </label>
      <p class="fault" role="alert">${fault}</p>
      <button class="btn big primary">${t('ready.report')}</button>
    </form>
  `
}

const Choice = ({ name, legend, ids, word, chosen, onChoose }) => html`
  <fieldset class="ready-choice">
    <legend>${legend}</legend>
    <div class="seg">
      ${ids.map(
        (id) => html`<label key=${id}>
          <input type="radio" name=${name} checked=${chosen === id} onChange=${() => onChoose(id)} />
          <span>${word(id)}</span>
        </label>`,
      )}
    </div>
  </fieldset>
`
