// A room's own questions as its supervisor needs them: what is theirs to do now, what is under way, what is over. Pure,
// over views as docs/protocol.md §3 gives them; the rules themselves live on the server.
import { byOrder, lastAnswer } from './questions.js'

const OWED = new Set(['queued', 'seen', 'claimed', 'answering', 'asked_back', 'merged'])
const TO_BRING = new Set(['answered', 'delivered'])
const OVER = new Set(['confirmed', 'withdrawn', 'closed'])
const IN_HAND = new Set(['claimed', 'answering'])
const MAY_WITHDRAW = new Set([...OWED, 'deferred'])

/** The teacher owes something: it waits. */
export const isOwed = (question) => OWED.has(question.status)

/** An answer that somebody in the room has to bring to who asked, or to ask about. */
export const isToBring = (question) => TO_BRING.has(question.status)

/** Declined, and nobody here has said yet that they have read why. */
export const isUnread = (question) => question.status === 'declined' && question.declined?.acknowledged_at === null

/** The teacher is on it: taking it back now takes it out of their hands. */
export const isInHand = (question) => IN_HAND.has(question.status)

export const mayWithdraw = (question) => MAY_WITHDRAW.has(question.status)

/** The next move is this room's. */
export const isToDo = (question) => isToBring(question) || question.status === 'asked_back' || isUnread(question)

/** Nothing will happen to it any more. */
export const isOver = (question) => OVER.has(question.status) || (question.status === 'declined' && !isUnread(question))

/** Since when the next move has been this room's. */
function toDoSince(question) {
  if (question.status === 'asked_back') return question.asked_back?.at ?? 0
  if (question.status === 'declined') return question.declined.at
  const answer = lastAnswer(question)
  return answer?.delivered_at ?? answer?.at ?? 0
}

const ofSite = (questions, siteId) => questions.filter((question) => question.site_id === siteId)
const byId = (a, b) => (a.question_id < b.question_id ? -1 : 1)

/** What this room has to do, the longest due first: what comes later never pushes away what a finger is about to tap. */
export const roomToDo = (questions, siteId) =>
  ofSite(questions, siteId)
    .filter(isToDo)
    .sort((a, b) => toDoSince(a) - toDoSince(b) || byId(a, b))

/** What is under way: first whom the room could not find, then what was asked last. */
export const roomUnderWay = (questions, siteId) =>
  ofSite(questions, siteId)
    .filter((question) => !isToDo(question) && !isOver(question))
    .sort((a, b) => Number(isMissed(b)) - Number(isMissed(a)) || b.received_at - a.received_at || byOrder(a, b))

const isMissed = (question) => question.status === 'cannot_find'

/** What is over, the last first. */
export const roomOver = (questions, siteId) =>
  ofSite(questions, siteId)
    .filter(isOver)
    .sort((a, b) => lastChange(b) - lastChange(a) || byId(a, b))

function lastChange(question) {
  const answer = lastAnswer(question)
  return answer?.confirmed_at ?? question.declined?.acknowledged_at ?? answer?.at ?? question.received_at
}

/** Calls on this room's students that the teacher has not ended, the first first. */
export const callsOn = (calls, siteId) =>
  calls
    .filter((call) => call.site_id === siteId && call.status !== 'ended')
    .sort((a, b) => a.called_at - b.called_at || (a.call_id < b.call_id ? -1 : 1))
