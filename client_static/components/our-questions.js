// What is under way, and what is over: every question of the room with its true state.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { OurQuestion } from './our-question.js'
import { UnsentQuestion } from './unsent-question.js'

const OVER_SHOWN = 5

/** `unsent`: asks that the record does not show yet; `toDo`: how many stand under "To do now" instead. */
export function OurQuestions({ unsent, underWay, over, toDo, isEmpty, about }) {
  const [isAll, setAll] = useState(false)
  const shown = isAll ? over : over.slice(0, OVER_SHOWN)
  const { names, commands } = about
  const open = unsent.length + underWay.length
  const counts = [open > 0 && t('our.count', { n: open }), toDo > 0 && t('our.toDo', { n: toDo })].filter(Boolean)
  return html`
    <section class="tablet-ours" aria-labelledby="ours-title">
      <h2 id="ours" tabindex="-1">
        <span id="ours-title">${t('our.title')}</span>
        ${counts.length > 0 && html`<span class="small mute">${counts.join(' · ')}</span>`}
      </h2>
      ${isEmpty && html`<p class="empty">${t('our.empty')}</p>`}
      <ul class="ours" role="list">
        ${unsent.map(
          (entry) => html`<${UnsentQuestion} key=${entry.data.question_id} ...${{ entry, names, commands }} />`,
        )}
        ${[...underWay, ...shown].map(
          (question) => html`<${OurQuestion} key=${question.question_id} ...${about.question(question)} />`,
        )}
      </ul>
      ${shown.length < over.length &&
      html`<button class="btn big" onClick=${() => setAll(true)}>${t('our.settled', { n: over.length })}</button>`}
    </section>
  `
}
