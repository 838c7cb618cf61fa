// Another room's question that was shared: its words and its answer, never who asked.
import { html } from '../core/html.js'
import { isWaiting, lastAnswer } from '../core/questions.js'
import { t } from '../core/text.js'

export function SharedQuestion({ question, names }) {
  const answer = lastAnswer(question)
  return html`
    <li class="our shared">
      <p class="our-text"><b>${names.site(question.site_id)}:</b> <span dir="auto">${question.text}</span></p>
      <p class="small mute">${isWaiting(question) || !answer ? t('shared.waits') : t(`shared.${answer.form}`)}</p>
      ${answer?.text && html`<blockquote dir="auto">${answer.text}</blockquote>`}
    </li>
  `
}
