// Another room's question that was shared: its words and its answer, never who asked.
import { html } from '../core/html.js'
import { isOwed } from '../core/our-questions.js'
import { lastAnswer } from '../core/questions.js'
import { t } from '../core/text.js'
import { LongText } from './long-text.js'

export function SharedQuestion({ question, names }) {
  const answer = lastAnswer(question)
  const words = sharedWords(question)
  return html`
    <li class="our shared">
      <p class="our-text"><b>${names.site(question.site_id)}:</b> <${LongText} text=${question.text} /></p>
      <p class="small mute">${words}</p>
      ${answer?.text &&
      html`<blockquote>
        ${isOwed(question) && html`<span class="small mute">${t('shared.before')}</span> `}<${LongText} text=${answer.text} />
      </blockquote>`}
    </li>
  `
}

/** Where it stands, for a room that only reads along. */
export function sharedWords(question) {
  const answer = lastAnswer(question)
  if (isOwed(question)) return t(answer ? 'shared.stuck' : 'shared.waits')
  if (question.status === 'deferred') return t('shared.deferred')
  if (question.status === 'declined') return t('shared.declined')
  return t(answer ? `shared.${answer.form}` : 'shared.waits')
}
