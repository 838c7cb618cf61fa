// The PIN of this tablet, chosen once: digits only, because it is typed with a thumb in a moving room.
import { useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { choosePin } from '../core/tablet.js'
import { t } from '../core/text.js'
import { PIN_PATTERN } from '../core/vault.js'

export const PinField = ({ field, words, isWrong, faultId }) => html`
  <label class="field">
    <span>${words}</span>
    <input
      ref=${field}
      class="pin"
      type="password"
      inputmode="numeric"
      autocomplete="off"
      maxlength="8"
      aria-invalid=${isWrong ? 'true' : undefined}
      aria-describedby=${faultId}
    />
  </label>
`

export function PinForm({ onDone, onClose }) {
  const [fault, setFault] = useState(null)
  const [isBusy, setBusy] = useState(false)
  const first = useRef(null)
  const second = useRef(null)

  async function submit(event) {
    event.preventDefault()
    if (isBusy) return
    const found = faultIn(first.current.value, second.current.value)
    setFault(found)
    if (found) return (found === 'pin.differ' ? second : first).current.focus()
    setBusy(true)
    try {
      await choosePin(first.current.value)
      onDone()
    } catch {
      setFault('pin.failed')
      setBusy(false)
    }
  }

  return html`
    <form class="pin-form" onSubmit=${submit}>
      <p>${t('pin.why')}</p>
      <${PinField} field=${first} words=${t('pin.choose')} isWrong=${fault === 'pin.digits'} faultId="pin-fault" />
      <${PinField} field=${second} words=${t('pin.again')} isWrong=${fault === 'pin.differ'} faultId="pin-fault" />
      <p id="pin-fault" class="fault" role="alert">${fault && t(fault)}</p>
      <p class="small mute">${t('pin.forget')}</p>
      <div class="dialog-ways">
        <button type="button" class="btn big" onClick=${onClose}>${t('pin.notNow')}</button>
        <button class="btn primary big" aria-disabled=${isBusy}>${t(isBusy ? 'pin.busy' : 'pin.submit')}</button>
      </div>
    </form>
  `
}

function faultIn(pin, again) {
  if (!PIN_PATTERN.test(pin)) return 'pin.digits'
  return pin === again ? null : 'pin.differ'
}
