// Readings of the question views for the teacher's screen: what waits, what is in hand, what was put aside, which belong
// together, and what the end of class would leave. Pure, over views as docs/protocol.md §3 gives them.
import { byOrder } from './questions.js'

const IN_QUEUE = new Set(['queued', 'seen'])
const IN_HAND = new Set(['claimed', 'answering'])
/** What may lead others: it still waits for its answer and follows nobody. */
const MAY_LEAD = new Set([...IN_QUEUE, ...IN_HAND, 'asked_back'])
/** What may be merged into another. */
const MAY_FOLLOW = new Set(['queued', 'seen', 'claimed'])

const sortedBy = (key) => (a, b) => key(a) - key(b) || byOrder(a, b)

/** All that the teacher sees, by where it stands. Each list in the order in which it is shown. */
export function lanesOf(questions, personId) {
  const at = (status) => questions.filter((question) => question.status === status)
  const held = questions.filter((question) => IN_HAND.has(question.status))
  return {
    waiting: questions.filter((question) => IN_QUEUE.has(question.status)).sort(byOrder),
    mine: held.filter((one) => one.claimed_by === personId).sort(sortedBy((one) => one.claimed_at)),
    others: held.filter((one) => one.claimed_by !== personId).sort(byOrder),
    askedBack: at('asked_back').sort(sortedBy((one) => one.asked_back?.at ?? 0)),
    deferred: at('deferred').sort(sortedBy((one) => one.due_at ?? 0)),
  }
}

/** What a question is to this teacher, in one word: which things can be done with it. */
export function standingOf(question, personId) {
  if (IN_QUEUE.has(question.status)) return 'waiting'
  if (!IN_HAND.has(question.status)) return question.status
  return question.claimed_by === personId ? question.status : 'others'
}

/** Those that follow a lead and wait with it, in the order of the queue. */
export const followersOf = (lead, questions) =>
  questions.filter((one) => one.merged_into === lead.question_id && one.status === 'merged').sort(byOrder)

/** The followers of every lead, by its id: once for the whole board. */
export function groupsOf(questions) {
  const groups = new Map()
  for (const one of questions) {
    if (one.status !== 'merged' || !one.merged_into) continue
    groups.set(one.merged_into, [...(groups.get(one.merged_into) ?? []), one])
  }
  for (const group of groups.values()) group.sort(byOrder)
  return groups
}

/** A private lead takes only private questions of its own site: its answer must not reach other readers. */
const mayReach = (follower, lead) => lead.shareable || (!follower.shareable && follower.site_id === lead.site_id)

/** Whether it may be merged by this teacher: what a colleague has claimed stays with them. */
const isFree = (one, personId) => MAY_FOLLOW.has(one?.status) && (one.status !== 'claimed' || one.claimed_by === personId)

/**
 * The questions that this one can be merged with, the next ones of the queue first: `{other, question, into}`. The other
 * leads where it may; where it is private and this one is not, this one does.
 */
export function partnersOf(question, questions, personId) {
  const joined = (other) => {
    if (other === question || !MAY_LEAD.has(other.status)) return null
    if (isFree(question, personId) && mayReach(question, other)) return { other, question, into: other }
    const isTurned = isFree(other, personId) && MAY_LEAD.has(question.status) && mayReach(other, question)
    return isTurned ? { other, question: other, into: question } : null
  }
  return [...questions].sort(byOrder).map(joined).filter(Boolean)
}

/**
 * Probable duplicates for each question, the likeliest: `question_id → {question, into}`, where `question` is to be merged
 * into `into`. The pairs may be older than the views: what cannot be merged any more is left out.
 */
export function suggestionsOf(pairs, questions, personId) {
  const views = new Map(questions.map((question) => [question.question_id, question]))
  const found = new Map()
  for (const { question_ids: ids, into } of pairs) {
    const lead = views.get(into)
    const question = views.get(ids.find((id) => id !== into))
    if (!lead || !isFree(question, personId) || !MAY_LEAD.has(lead.status)) continue
    for (const id of ids) if (!found.has(id)) found.set(id, { question, into: lead })
  }
  return found
}

/**
 * What needs a decision at the end of class: all that waits for an answer, as the board shows it. What is merged goes with
 * its lead, so it is counted with it and not by itself.
 */
export function leftovers(questions) {
  const open = questions.filter((one) => MAY_LEAD.has(one.status))
  return open.sort(byOrder)
}

/** When a deferred question of this room is due unless the teacher says otherwise (the server's own rule). */
export function dueOf(room, meeting, now) {
  if (room?.due_by && room.due_by > now) return room.due_by
  return Math.max(meeting.ends_at, now) + 86_400_000
}

/** The first words of a question, for a small place: whole words, and a sign that there is more. */
export function firstWords(text, most = 32) {
  const line = text.trim().split(/\s+/).join(' ')
  if (line.length <= most) return line
  const cut = line.slice(0, most + 1)
  const end = cut.lastIndexOf(' ')
  return `${cut.slice(0, end > most / 2 ? end : most).replace(/[\s,.;:]+$/, '')}…`
}
