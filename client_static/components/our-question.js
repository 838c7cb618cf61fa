// A room's own question with its true state as a sentence, and what the room can do about it in one tap.
import { Fragment } from 'preact'

import { html } from '../core/html.js'
import { isReturning, isWaiting, lastAnswer } from '../core/questions.js'
import { t } from '../core/text.js'
import { CommandNote } from './command-note.js'
import { Mark } from './pill.js'
import { Wait } from './wait.js'

export function OurQuestion({ question, names, entry, acts, commands }) {
  const who = names.student(question.student_id)
  const isBack = isReturning(question)
  const answer = lastAnswer(question)
  const isAnswerShown = answer?.text && (isBack || question.status === 'confirmed')
  return html`
    <li class=${`our ${isBack ? 'is-back' : ''}`} tabindex="-1" onClick=${keepFocus}>
      <p class="our-text"><b>${who}:</b> <span dir="auto">${question.text}</span></p>
      <${Steps} ...${{ question, answer, who }} />
      ${isAnswerShown && html`<blockquote dir="auto">${answer.text}</blockquote>`}
      ${entry &&
      html`<${CommandNote} ...${{ entry, commands }} onDrop=${() => commands.take(entry.command_id)} />`}
      ${isBack && !entry && html`<${Ways} ...${{ question, acts, who }} />`}
    </li>
  `
}

/** A pressed button goes away with what it did: the focus stays with the question instead of falling to nowhere. */
function keepFocus(event) {
  if (event.target.closest('button')) event.currentTarget.focus({ preventScroll: true })
}

const Ways = ({ question, acts, who }) => html`
  <div class="ways" role="group" aria-label=${t('our.ways', { who })}>
    <button class="btn big primary" onClick=${() => acts.give('question.confirm', question)}>${t('our.gotIt')}</button>
    <button class="btn big" onClick=${() => acts.give('question.still_stuck', question)}>${t('our.stillStuck')}</button>
    ${question.status === 'answered' &&
    html`<button class="btn big quiet" onClick=${() => acts.give('question.deliver', question)}>
      ${t('our.deliver')}
    </button>`}
  </div>
`

/** "✓ Sent → ✓ Teacher has seen it → …": what is done, then where it stands now. */
function Steps({ question, answer, who }) {
  const done = doneSteps(question, answer)
  return html`
    <p class="steps">
      ${done.map(
        (words) => html`<${Fragment} key=${words}>
          <span class="on"><${Mark} name="ok" /> ${words}</span><span aria-hidden="true"> → </span>
        <//>`,
      )}
      <${Now} ...${{ question, who }} />
    </p>
  `
}

function doneSteps(question, answer) {
  const isAnswered = isReturning(question) || question.status === 'confirmed'
  const steps = []
  if (!question.stuck) steps.push(t('step.sent'))
  if (question.seen_at !== null) steps.push(t('step.seen'))
  if (isAnswered) steps.push(t(`step.${answer.form}`))
  if (answer?.delivered_at && isAnswered) steps.push(t('step.delivered'))
  return steps
}

function Now({ question, who }) {
  if (question.status === 'confirmed') {
    return html`<span class="on now"><${Mark} name="ok" /> ${t('step.confirmed', { who })}</span>`
  }
  if (isReturning(question)) return html`<span class="now">${t('step.did', { who })}</span>`
  const key = question.status === 'claimed' ? 'step.claimed' : question.status === 'seen' ? 'step.waits' : 'step.unseen'
  return html`
    <span class="now">
      ${question.stuck > 0 && html`<span class="stuck"><${Mark} name="stuck" /> ${t('step.stuck')} </span>`}
      ${t(key)} ${isWaiting(question) && html`· <${Wait} since=${question.waiting_since} />`}
    </span>
  `
}
