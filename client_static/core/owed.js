// What a class that is over still owes its rooms, by kind: as long as there is any, it is not closed for good. Pure.
import { isUnread } from './announcements.js'
import { isOwedBack } from './way-back.js'

const OPEN = new Set(['queued', 'seen', 'claimed', 'answering', 'asked_back', 'merged', 'deferred'])

/** `{what, n}` for each kind of which there is some; the server judges, this only says beforehand what it will say. */
export function owedOf(questions, announcements, catchUps, rooms) {
  const kinds = {
    answers: questions.filter((one) => OPEN.has(one.status)).length,
    wayBack: questions.filter(isOwedBack).length,
    announcements: announcements.filter((one) => isUnread(one, rooms)).length,
    catchUps: catchUps.filter((plan) => plan.status === 'open').length,
  }
  return Object.entries(kinds)
    .filter(([, n]) => n > 0)
    .map(([what, n]) => ({ what, n }))
}
