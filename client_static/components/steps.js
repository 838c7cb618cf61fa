// "✓ Sent → ✓ Teacher has seen it → …": what is done, then where a question stands now.
import { Fragment } from 'preact'

import { html } from '../core/html.js'
import { isOwed } from '../core/our-questions.js'
import { storyOf } from '../core/story.js'
import { locale, t } from '../core/text.js'
import { asDue, serverInstant } from '../core/time.js'
import { Mark } from './pill.js'
import { Wait } from './wait.js'

/** What is asked back waits for the room, not for the teacher. */
const isTheirs = (question) => isOwed(question) && question.status !== 'asked_back'

const MARKS = { on: 'ok', held: 'held', todo: 'info', stuck: 'stuck' }

export function Steps({ question, names, lead }) {
  const due = question.due_at === null ? null : asDue(question.due_at, names.zone(question.site_id), locale.value)
  const isPastDue = question.due_at !== null && question.due_at < serverInstant()
  const { done, before, now } = storyOf(question, { who: names.student(question.student_id), due, isPastDue, lead })
  return html`
    <p class="steps">
      ${done.map(
        (step) => html`<${Fragment} key=${step.words}>
          <span class="on"><${Mark} name="ok" /> ${inWords(step)}</span>${' '}<span aria-hidden="true">→ </span>
        <//>`,
      )}
      ${before && html`<span class=${before.tone}><${Marked} ...${before} /> </span>`}
      <span class=${`now ${now.tone}`}><${Marked} ...${now} /></span>
      ${isTheirs(question) && html`<span class="now"> · <${Wait} since=${question.waiting_since} /></span>`}
    </p>
  `
}

const Marked = ({ tone, ...step }) => html`${MARKS[tone] && html`<${Mark} name=${MARKS[tone]} /> `}${inWords(step)}`

/** A hole that is a step itself ("{answered}, together with …") is put into words first. */
function inWords({ words, holes = {} }) {
  const filled = Object.entries(holes).map(([name, value]) => [name, value?.words ? t(value.words) : value])
  return t(words, Object.fromEntries(filled))
}
