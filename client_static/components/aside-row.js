// A question that was put aside, in a narrow column: whose it is, what became of it, and the way back to it.
import { html } from '../core/html.js'

export const AsideRow = ({ question, desk, acts, names, children }) => html`
  <li class=${desk.current.value === question ? 'is-selected' : ''}>
    <span class="deliver-who"><b>${names.site(question.site_id)}</b> · ${names.initials(question.student_id)}</span>
    ${children}
    <button
      class="deliver-open small"
      aria-current=${desk.current.value === question ? 'true' : undefined}
      onClick=${() => acts.choose(question.question_id)}
    >
      <span class="deliver-text" dir="auto">${question.text}</span>
    </button>
  </li>
`
