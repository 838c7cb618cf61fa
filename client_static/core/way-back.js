// Answers on their way back to the students who asked, for the teacher: each stays in sight until it is settled, and a
// moment longer. One answer to several rooms is one matter with a delivery for each. Pure.
import { byOrder, lastAnswer } from './questions.js'

/** What is settled stays in sight this long, so that the teacher sees how it ended. */
export const SETTLED_IN_SIGHT_MS = 60_000

const ON_ITS_WAY = new Set(['answered', 'delivered', 'cannot_find'])

/**
 * Where the way back stands: `answered`, `delivered`, `cannot_find`, `not_found` (closed as such), `declined` (not
 * acknowledged yet), `acknowledged`, `confirmed`, `stuck`; null for what is on no way back.
 */
export function returnState(question) {
  const { status, declined } = question
  if (status === 'declined') return declined?.acknowledged_at ? 'acknowledged' : 'declined'
  if (status === 'closed') return question.closed_reason === 'not_found' ? 'not_found' : null
  const answer = lastAnswer(question)
  if (!answer) return null
  if (ON_ITS_WAY.has(status)) return status
  if (status === 'confirmed') return 'confirmed'
  return answer.stuck_at === null ? null : 'stuck'
}

/** When it was settled, or null while somebody still owes something. */
function settledAt(question, state) {
  const answer = lastAnswer(question)
  if (state === 'confirmed') return answer.confirmed_at
  if (state === 'stuck') return answer.stuck_at
  if (state === 'acknowledged') return question.declined.acknowledged_at
  if (state === 'not_found') return question.due_at ?? answer?.at ?? 0
  return null
}

const beganAt = (question) => question.declined?.at ?? lastAnswer(question)?.at ?? 0

/** Whether somebody still has to bring this back. */
export const isOwedBack = (question) => ON_ITS_WAY.has(question.status) || returnState(question) === 'declined'

/** What is on its way back or was settled a moment ago, the newest first; what one answer settled stands together. */
export function returnsOf(questions, now) {
  const shown = questions.filter((question) => {
    const state = returnState(question)
    if (state === null) return false
    const at = settledAt(question, state)
    return at === null || now - at < SETTLED_IN_SIGHT_MS
  })
  const groups = new Map()
  for (const question of shown) {
    const key = question.status === 'declined' ? question.question_id : (question.merged_into ?? question.question_id)
    groups.set(key, [...(groups.get(key) ?? []), question])
  }
  return [...groups]
    .map(([id, members]) => ({ id, members: members.sort((a, b) => (b.question_id === id) - (a.question_id === id) || byOrder(a, b)) }))
    .sort((a, b) => beganAt(b.members[0]) - beganAt(a.members[0]) || (a.id < b.id ? -1 : 1))
}
