// A room's own question with its true state as a sentence, and what the room can do about it in one tap.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { isOver, isToBring, isUnread } from '../core/our-questions.js'
import { lastAnswer } from '../core/questions.js'
import { AnswerWays } from './answer-ways.js'
import { CommandNote } from './command-note.js'
import { DeclinedWays, WhyDeclined } from './declined-ways.js'
import { LongText } from './long-text.js'
import { RestateForm } from './restate-form.js'
import { Steps } from './steps.js'
import { WaitingWays } from './waiting-ways.js'

const SHOWS_ANSWER = new Set(['answered', 'delivered', 'cannot_find', 'confirmed', 'closed'])

/** `lead`: the question that it goes together with, if this room may see it; `entry`: what is not acknowledged yet. */
export function OurQuestion({ question, names, lead, entry, acts, commands, isLive }) {
  // What was written and refused, back in its form.
  const [again, setAgain] = useState(null)
  const who = names.student(question.student_id)
  const answer = lastAnswer(question)
  const edit = () => setAgain(commands.take(entry.command_id))
  const isWritten = entry?.name === 'question.restate' || entry?.name === 'question.appeal'
  const ways = { question, who, acts, isLive, again }
  return html`
    <li class=${`our ${toneOf(question, entry)}`} tabindex="-1" onClick=${keepFocus}>
      <p class="our-text"><b>${who}:</b> <${LongText} text=${question.text} /></p>
      <${Steps} ...${{ question, names, lead }} />
      ${answer?.text && SHOWS_ANSWER.has(question.status) && html`<${Quote} text=${answer.text} />`}
      ${question.asked_back?.note && html`<${Quote} text=${question.asked_back.note} />`}
      ${question.declined && html`<${WhyDeclined} declined=${question.declined} />`}
      ${entry
        ? html`<${CommandNote}
            ...${{ entry, commands }}
            onEdit=${isWritten ? edit : undefined}
            onDrop=${() => commands.take(entry.command_id)}
          />`
        : html`<${Ways} key=${`${question.status} ${again?.command_id}`} ...${ways} />`}
    </li>
  `
}

function Ways(props) {
  const { question } = props
  if (isToBring(question) || question.status === 'cannot_find') return html`<${AnswerWays} ...${props} />`
  if (question.status === 'asked_back') return html`<${RestateForm} ...${props} />`
  if (isUnread(question)) return html`<${DeclinedWays} ...${props} />`
  return html`<${WaitingWays} ...${props} />`
}

export const Quote = ({ text }) => html`<blockquote><${LongText} text=${text} /></blockquote>`

function toneOf(question, entry) {
  if (entry?.state === 'refused') return 'is-refused'
  if (entry?.state === 'saved') return 'is-unsent'
  if (isOver(question)) return 'is-over'
  return isToBring(question) || isUnread(question) || question.status === 'asked_back' ? 'is-back' : ''
}

/** A pressed button goes away with what it did: the focus stays with the question instead of falling to nowhere. */
function keepFocus(event) {
  const button = event.target.closest('button')
  if (button && !button.hasAttribute('aria-expanded')) event.currentTarget.focus({ preventScroll: true })
}
