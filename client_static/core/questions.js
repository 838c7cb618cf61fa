// Readings of the question views for the screens: which wait, in which order, what is on its way back. Pure, over views as
// docs/protocol.md §3 gives them; the rules themselves live on the server.

/** From here on a wait is called long. */
export const LONG_WAIT_MS = 120_000

const IN_HAND = new Set(['claimed', 'answering'])

export const isOpen = (question) => question.status === 'queued' || question.status === 'seen'
export const isWaiting = (question) => isOpen(question) || question.status === 'claimed'
/** An answer on its way back to who asked; `cannot_find`: they were not there, and it can be brought later. */
export const isReturning = (question) => ['answered', 'delivered', 'cannot_find'].includes(question.status)
export const lastAnswer = (question) => question.answers?.at(-1) ?? null

/** The queue's order, element by element; ids settle what is left, so that no two screens disagree. */
export function byOrder(a, b) {
  const length = Math.max(a.order.length, b.order.length)
  for (let i = 0; i < length; i++) {
    const difference = (a.order[i] ?? -1) - (b.order[i] ?? -1)
    if (difference) return difference
  }
  return a.question_id < b.question_id ? -1 : 1
}

/** What waits for a teacher, in fair order. */
export const board = (questions) => questions.filter(isOpen).sort(byOrder)

/**
 * A room's state in one word, the worst first: `blocking`, `long`, `waiting`; where all that waits is off the board, `inHand`
 * or `askedBack`; or `quiet`. A question that follows another stands where that one stands.
 */
export function roomState(room, questions, now) {
  const own = questions.filter((question) => question.site_id === room.site_id)
  if (own.some((question) => isOpen(question) && question.urgency === 'blocking')) return 'blocking'
  if (room.waiting && now - room.waiting_since >= LONG_WAIT_MS) return 'long'
  if (!room.waiting) return 'quiet'
  const leads = own.map((question) => questions.find((one) => one.question_id === question.merged_into) ?? question)
  if (leads.some(isOpen)) return 'waiting'
  if (leads.some(({ status }) => IN_HAND.has(status))) return 'inHand'
  return leads.some(({ status }) => status === 'asked_back') ? 'askedBack' : 'waiting'
}

const newestTurn = (question) => lastAnswer(question)?.at ?? question.received_at

/** Other rooms' questions that this room may see: the waiting in their order, then the answered, newest first. */
export const sharedByOthers = (questions, siteIds) =>
  questions
    .filter((question) => !siteIds.includes(question.site_id) && question.text !== undefined)
    .sort((a, b) => {
      if (isWaiting(a) !== isWaiting(b)) return isWaiting(a) ? -1 : 1
      return isWaiting(a) ? byOrder(a, b) : newestTurn(b) - newestTurn(a)
    })

/** Students of a room, those who asked last first: a next question is one tap away. */
export function recentAskers(questions, siteId) {
  const own = questions.filter((question) => question.site_id === siteId && question.student_id)
  return [...new Set(own.sort((a, b) => b.received_at - a.received_at).map((question) => question.student_id))]
}

/**
 * A command on an answer that was refused as stale: what to send instead if the person still means the same, else null.
 * They meant *this* answer: if the question has been answered again since, it is another matter and they must look.
 */
export function stillMeant(entry, question) {
  if (!question || !isReturning(question) || question.answers.length !== entry.about.answers) return null
  if (question.version <= entry.data.version) return null
  return { ...entry.data, version: question.version }
}
