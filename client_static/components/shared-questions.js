// What other rooms asked and let be read.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { SharedQuestion } from './shared-question.js'

const SHOWN = 10

export function SharedQuestions({ shared, names }) {
  const [isAll, setAll] = useState(false)
  if (shared.length === 0) return null
  const shown = isAll ? shared : shared.slice(0, SHOWN)
  return html`
    <section class="tablet-shared" aria-labelledby="shared-title">
      <h2 id="shared-title">${t('shared.title')}</h2>
      <ul class="ours" role="list">
        ${shown.map((question) => html`<${SharedQuestion} key=${question.question_id} ...${{ question, names }} />`)}
      </ul>
      ${shown.length < shared.length &&
      html`<button class="btn big" onClick=${() => setAll(true)}>${t('shared.all', { n: shared.length })}</button>`}
    </section>
  `
}
