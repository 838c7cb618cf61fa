// A question's true state as sentences: what is done, and where it stands now. Pure: it gives keys of the catalogue
// (`words`) and what fills their holes, so that the words follow the language and a test can read them.
import { isOwed } from './our-questions.js'
import { lastAnswer } from './questions.js'

const ANSWERED = new Set(['answered', 'delivered', 'cannot_find', 'confirmed', 'closed'])
/** Somebody looked for them and did not find them: what was said of an earlier try is no comfort. */
const MISSED = new Set(['cannot_find', 'closed'])

/**
 * `who`: the student's name; `due`: the question's due time in words, or null; `isPastDue`; `lead`: the question that it
 * goes together with, where this room may see it. Returns `{done: [{words, holes}], now: {words, holes, tone}, before}`:
 * `before` is what has to be said first (still stuck, repeated), or null.
 */
export function storyOf(question, { who, due = null, isPastDue = false, lead = null }) {
  return {
    done: doneOf(question, who, lead),
    before: beforeOf(question),
    now: { tone: 'now', holes: {}, ...nowOf(question, { who, due, isPastDue, lead }) },
  }
}

function doneOf(question, who, lead) {
  const answer = lastAnswer(question)
  const isAnswered = ANSWERED.has(question.status)
  const steps = []
  if (!question.stuck) steps.push({ words: 'step.sent' })
  if (question.seen_at !== null) steps.push({ words: 'step.seen' })
  if (isAnswered && answer) steps.push(answered(question, answer, lead))
  if (isAnswered && answer?.delivered_at && !MISSED.has(question.status)) {
    steps.push({ words: `brought.${asker(question)}`, holes: { who } })
  }
  return steps.map((step) => ({ holes: {}, ...step }))
}

function answered(question, answer, lead) {
  const words = `step.${answer.form}`
  if (!question.is_together) return { words }
  return { words: lead?.site_id === question.site_id ? 'step.togetherHere' : 'step.together', holes: { answered: { words } } }
}

function beforeOf(question) {
  if (question.stuck > 0 && isOwed(question)) return { words: 'step.stuck', tone: 'stuck' }
  if (question.stuck > 0 && question.status === 'deferred') return { words: 'step.stuckLater', tone: 'stuck' }
  if (question.appeal && isOwed(question)) return { words: 'step.appealed', tone: 'quiet' }
  if (question.restated > 0 && question.status === 'seen') return { words: 'step.restated', tone: 'quiet' }
  return null
}

const asker = (question) => (question.student_id === null ? 'room' : 'student')

const NOW = {
  queued: () => ({ words: 'step.unseen' }),
  seen: () => ({ words: 'step.waits' }),
  claimed: () => ({ words: 'step.claimed' }),
  answering: () => ({ words: 'step.answering' }),
  asked_back: () => ({ words: 'step.askedBack', tone: 'todo' }),
  merged: mergedNow,
  deferred: ({ due, isPastDue }) => ({ words: isPastDue ? 'step.overdue' : 'step.deferred', holes: { due }, tone: 'held' }),
  declined: ({ question }) => ({ words: question.appeal ? 'step.declinedAgain' : 'step.declined', tone: 'todo' }),
  answered: didNow,
  delivered: didNow,
  cannot_find: ({ who, due }) => ({ words: 'step.missed', holes: { who, due }, tone: 'held' }),
  confirmed: ({ who, question }) => ({ words: `got.${asker(question)}`, holes: { who }, tone: 'on' }),
  withdrawn: () => ({ words: 'step.withdrawn', tone: 'quiet' }),
  closed: ({ who }) => ({ words: 'step.closed', holes: { who }, tone: 'quiet' }),
}

const nowOf = (question, about) => NOW[question.status]({ question, ...about })

function didNow({ question, who }) {
  return { words: `did.${asker(question)}`, holes: { who }, tone: 'todo' }
}

/** It goes the way of its lead, as far as this room may see that one. */
function mergedNow({ question, lead }) {
  if (lead?.status === 'deferred') return { words: 'step.mergedLater', tone: 'held' }
  return { words: lead?.site_id === question.site_id ? 'step.mergedHere' : 'step.merged' }
}
