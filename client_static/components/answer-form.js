// How a question is answered: spoken to all, spoken to its room, or in writing; after it was put off, in writing only.
import { useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { KeyHint } from './key-hint.js'

const FORMS = ['spoken_to_all', 'spoken_to_site', 'written']

export function AnswerForm({ question, standing, drafts, acts }) {
  const id = question.question_id
  const isOwed = standing === 'deferred'
  const read = () => ({ form: 'spoken_to_all', text: '', ...drafts.value[id], ...(isOwed ? { form: 'written' } : {}) })
  const draft = read()
  const [fault, setFault] = useState(null)
  const area = useRef(null)
  // Read anew: a second change may come before the page has shown the first.
  const write = (changes) => drafts.write(id, { ...read(), ...changes })

  function submit(event) {
    event?.preventDefault()
    const found = acts.answer(id)
    setFault(found)
    if (found) area.current?.focus()
  }
  const keyed = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
    if (event.key === 'Escape') document.getElementById('answered')?.focus()
  }
  return html`
    <form id="answer" class="answer" onSubmit=${submit}>
      ${!isOwed &&
      html`<fieldset class="seg">
        <legend class="unseen">${t('answer.how')}</legend>
        ${FORMS.map(
          (form) => html`<label key=${form}>
            <input type="radio" name=${`form-${id}`} checked=${draft.form === form} onChange=${() => write({ form })} />
            <span>${t(`form.${form}`)}</span>
          </label>`,
        )}
      </fieldset>`}
      <label class="field">
        <span class="small">${t(draft.form === 'written' ? 'answer.written' : 'answer.line')}</span>
        <textarea
          ref=${area}
          autocomplete="off"
          rows="2"
          dir="auto"
          value=${draft.text}
          aria-invalid=${fault ? 'true' : undefined}
          aria-describedby=${fault ? 'answer-fault' : undefined}
          onInput=${(event) => write({ text: event.target.value })}
          onKeyDown=${keyed}
        ></textarea>
      </label>
      <p id="answer-fault" class="fault" role="alert">${fault && t(fault)}</p>
    </form>
  `
}

/** The form's button, which stands with the other ways and is never below the edge. */
export const AnswerButton = ({ standing }) => html`
  <button id="answered" form="answer" class="btn primary big">
    ${t(standing === 'deferred' ? 'answer.send' : 'answer.submit')}<${KeyHint} of="a" />
  </button>
`
