// Declining a question: the room is told why, and may object once.
import { useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'

export const REASONS = ['off_topic', 'answered_before', 'ask_your_site', 'not_for_class', 'other']
const MOST = 500

export function DeclineDialog({ question, site, onDecline, onClose }) {
  const [reason, setReason] = useState(null)
  const [fault, setFault] = useState(null)
  const note = useRef(null)
  function submit(event) {
    event.preventDefault()
    const written = note.current.value
    if (!reason) return setFault('decline.needsReason')
    if (reason === 'other' && !written.trim()) {
      note.current.focus()
      return setFault('decline.needsNote')
    }
    onDecline(reason, written)
  }
  return html`
    <${Dialog} title=${t('decline.title')} onClose=${onClose}>
      <p><q dir="auto">${question.text}</q></p>
      <form class="stack" onSubmit=${submit}>
        <fieldset class="reasons">
          <legend class="small">${t('decline.reason', { site })}</legend>
          ${REASONS.map(
            (one, index) => html`<label key=${one} class="check">
              <input
                type="radio"
                name="reason"
                autofocus=${index === 0}
                checked=${reason === one}
                onChange=${() => (setReason(one), setFault(null))}
              />
              <span>${t(`reason.${one}`)}</span>
            </label>`,
          )}
        </fieldset>
        <label class="field">
          <span class="small">${t(reason === 'other' ? 'decline.noteNeeded' : 'decline.note')}</span>
          <textarea ref=${note} rows="2" autocomplete="off" maxlength=${MOST} dir="auto" aria-invalid=${fault === 'decline.needsNote' ? 'true' : undefined}></textarea>
        </label>
        <p class="fault" role="alert">${fault && t(fault)}</p>
        <p class="small mute">${t('decline.may')}</p>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class="btn big danger">${t('decline.submit')}</button>
        </div>
      </form>
    <//>
  `
}
