// How long a message takes, there and back, as this tablet measures it; told to the teacher only when that got worse or
// better. One slow answer is no slow link: the middle one of three decides. Pure.

export const EVERY_MS = 15_000
/** As the server judges: from the one on a link is degraded, below the other it is good again. */
export const DEGRADED_MS = 1_500
export const GOOD_MS = 800
const OF = 3

/** The last measurements with one more, the newest last. */
export const measured = (times, millis) => [...times, millis].slice(-OF)

/** What to tell the server, which holds the link to be `status`; null: nothing that it does not know. */
export function toTell(times, status) {
  if (times.length < OF || !status || status === 'lost') return null
  const middle = [...times].sort((a, b) => a - b)[Math.floor(OF / 2)]
  const isNews = status === 'degraded' ? middle < GOOD_MS : middle >= DEGRADED_MS
  return isNews ? middle : null
}
