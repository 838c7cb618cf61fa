// A field for a date and time by this device's clock. It shows what was typed, so that nothing that goes on meanwhile takes
// it back, and says what the clocks make of it.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { readLocal } from '../core/time.js'

/** `text`: what it holds, as `asLocalInput` has it; `fault`: what else is wrong with it, in words. */
export function LocalTime({ id, label, text, fault, onText }) {
  const { is } = readLocal(text)
  const wrong = is === 'skipped' ? t('localTime.skipped') : fault
  return html`<div class="field">
    <label class="small" for=${id}>${label}</label>
    <input
      id=${id}
      type="datetime-local"
      autocomplete="off"
      value=${text}
      aria-invalid=${wrong ? 'true' : undefined}
      aria-describedby=${`${id}-note`}
      onInput=${(event) => onText(event.target.value)}
    />
    <span id=${`${id}-note`} class=${wrong ? 'fault small' : 'small'} role="alert">${wrong ?? (is === 'twice' ? t('localTime.twice') : null)}</span>
  </div>`
}
