// What was put off, to be answered in writing: the first due first. A press opens it in the panel.
import { html } from '../core/html.js'
import { locale, t } from '../core/text.js'
import { asDue, serverNow } from '../core/time.js'
import { AsideRow } from './aside-row.js'
import { Pill } from './pill.js'

export function Deferred({ questions, desk, acts, names }) {
  if (questions.length === 0) return null
  return html`
    <section class="deferred" aria-labelledby="deferred-title">
      <h2>
        <span id="deferred-title">${t('deferred.title')}</span>
        <${Pill} tone="warn" mark="later">${t('deferred.count', { n: questions.length })}<//>
      </h2>
      <ul class="deliver" role="list" aria-labelledby="deferred-title">
        ${questions.map((question) => {
          const isLate = question.due_at < serverNow()
          return html`<${AsideRow} key=${question.question_id} ...${{ question, desk, acts, names }}>
            <${Pill} tone=${isLate ? 'bad' : 'quiet'} mark=${isLate ? 'warn' : 'later'}>
              ${t(isLate ? 'deferred.late' : 'deferred.due', { due: asDue(question.due_at, undefined, locale.value) })}
            <//>
          <//>`
        })}
      </ul>
    </section>
  `
}
