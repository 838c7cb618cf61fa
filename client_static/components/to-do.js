// What the room does next: what could not be sent, whom the teacher calls on, then the answers and requests that came
// back, the longest due first. A few at a time, so that asking stays within reach.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { AnnouncementCard } from './announcement-card.js'
import { CallCard } from './call-card.js'
import { CatchUpCard } from './catch-up-card.js'
import { OurQuestion } from './our-question.js'
import { UnsentQuestion } from './unsent-question.js'

const SHOWN = 2

/** `refused`: asks that could not be sent; `told`: what is to be read out; `plans`: what is to be caught up on; `questions`: what is this room's to do; `about`: what their cards need. */
export function ToDo({ refused, told, calls, plans, questions, about, onEdit }) {
  const [isAll, setAll] = useState(false)
  const { names, commands } = about
  const before = refused.length + told.length + calls.length + plans.length
  if (before + questions.length === 0) return null
  const room = Math.max(1, SHOWN - before)
  const shown = isAll ? questions : questions.slice(0, room)
  const hidden = questions.length - shown.length
  return html`
    <section class="tablet-todo" aria-labelledby="todo-title">
      <h2 id="todo" tabindex="-1"><span id="todo-title">${t('todo.title')}</span></h2>
      <ul class="ours" role="list">
        ${refused.map(
          (entry) => html`<${UnsentQuestion}
            key=${entry.data.question_id}
            ...${{ entry, names, commands }}
            onEdit=${onEdit}
          />`,
        )}
        ${told.map((one) => html`<${AnnouncementCard} key=${one.announcement_id} ...${about.announcement(one)} />`)}
        ${calls.map((call) => html`<${CallCard} key=${call.call_id} ...${about.call(call)} />`)}
        ${plans.map((plan) => html`<${CatchUpCard} key=${plan.plan_id} ...${about.plan(plan)} />`)}
        ${shown.map((question) => html`<${OurQuestion} key=${question.question_id} ...${about.question(question)} />`)}
      </ul>
      ${hidden > 0 &&
      html`<button class="btn big" onClick=${() => setAll(true)}>${t('todo.more', { n: hidden })}</button>`}
    </section>
  `
}
