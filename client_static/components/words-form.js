// A few words and one button, inside a question: to repeat it, or to say why it is asked once more.
import { useId, useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { faultIn } from './ask-form.js'

/** `most`: characters; `needs`: the words for when nothing is written; `children`: further choices, above the button. */
export function WordsForm({ label, most, needs, send, text: first = '', onSend, children }) {
  const [text, setText] = useState(first)
  const [isFaulty, setFaulty] = useState(false)
  const area = useRef(null)
  const faultId = useId()
  const fault = faultIn(text, { most, needs })

  function submit(event) {
    event.preventDefault()
    setFaulty(Boolean(fault))
    if (fault) area.current.focus()
    else onSend(text)
  }
  const keyed = (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && submit(event)

  return html`
    <form class="words-form" onSubmit=${submit}>
      <label class="field">
        <span>${label}</span>
        <textarea
          ref=${area}
          autocomplete="off"
          rows="2"
          dir="auto"
          value=${text}
          aria-invalid=${isFaulty && fault ? 'true' : undefined}
          aria-describedby=${faultId}
          onInput=${(event) => (setFaulty(false), setText(event.target.value))}
          onKeyDown=${keyed}
        ></textarea>
      </label>
      <p id=${faultId} class="fault" role="alert">${isFaulty ? fault : null}</p>
      <div class="words-ways">
        ${children}
        <button class="btn big primary">${send}</button>
      </div>
    </form>
  `
}
