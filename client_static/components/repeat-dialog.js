// Asking a room to repeat a question, with a word on what was not clear if there is one: Enter alone asks.
import { useRef } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'

const MOST = 500

export function RepeatDialog({ question, site, onAsk, onClose }) {
  const note = useRef(null)
  const submit = (event) => {
    event.preventDefault()
    onAsk(note.current.value)
  }
  return html`
    <${Dialog} title=${t('repeat.title', { site })} onClose=${onClose}>
      <p><q dir="auto">${question.text}</q></p>
      <form class="stack" onSubmit=${submit}>
        <label class="field">
          <span class="small">${t('repeat.note')}</span>
          <input ref=${note} type="text" autofocus autocomplete="off" maxlength=${MOST} dir="auto" />
        </label>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class="btn big primary">${t('repeat.submit')}</button>
        </div>
      </form>
    <//>
  `
}
