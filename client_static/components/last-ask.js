// What became of the question that was sent last, right where it was sent: its card may be out of sight.
import { useEffect, useRef } from 'preact/hooks'

import { html } from '../core/html.js'
import { CommandNote } from './command-note.js'
import { Steps } from './steps.js'

/** `ask`: `{entry}` until the record shows the question, then `{question}`. */
export function LastAsk({ ask, names, commands }) {
  const { entry, question } = ask
  const ref = useRef(null)
  const id = (question ?? entry?.data)?.question_id
  // In sight, by the least that it takes: the thumb is still on Send.
  useEffect(() => ref.current?.scrollIntoView({ block: 'nearest' }), [id])
  // One that was refused stands first on the page, with what can be done about it.
  if (!question && (!entry || entry.state === 'refused')) return null
  const { student_id: studentId } = question ?? entry.data
  return html`
    <div ref=${ref} class="last-ask">
      <b>${names.student(studentId)}</b>
      ${question ? html`<${Steps} ...${{ question, names }} />` : html`<${CommandNote} ...${{ entry, commands }} />`}
    </div>
  `
}
