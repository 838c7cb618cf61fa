// Questions that a room was asked to repeat: the student still waits.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { AsideRow } from './aside-row.js'
import { Pill } from './pill.js'
import { Wait } from './wait.js'

export function AskedBack({ questions, desk, acts, names }) {
  if (questions.length === 0) return null
  return html`
    <section class="asked-back" aria-labelledby="asked-back-title">
      <h2 id="asked-back-title">${t('askedBack.title')}</h2>
      <ul class="deliver" role="list" aria-labelledby="asked-back-title">
        ${questions.map(
          (question) => html`<${AsideRow} key=${question.question_id} ...${{ question, desk, acts, names }}>
            <${Pill} tone="info" mark="restated">
              ${t('askedBack.asked')} · <${Wait} since=${question.asked_back.at} />
            <//>
          <//>`,
        )}
      </ul>
    </section>
  `
}
