// How good the link is right now: some messages there and back.

const MESSAGES = 20
const EVERY_MS = 100
/** What has not come back by then is no use to a class. */
const PATIENCE_MS = 2_000

/** `measure(answered)` sends one; `{round_trip_ms, loss_percent}` of all, the round trip null where none came back. */
export async function checkLink(measure, wait = (millis) => new Promise((resolve) => setTimeout(resolve, millis))) {
  const times = []
  for (let n = 0; n < MESSAGES; n += 1) {
    measure((millis) => times.push(millis))
    await wait(EVERY_MS)
  }
  for (let waited = 0; times.length < MESSAGES && waited < PATIENCE_MS; waited += EVERY_MS) await wait(EVERY_MS)
  return linkFigures([...times], MESSAGES)
}

/** The middle one of the times, and how many of a hundred messages did not come back. */
export function linkFigures(times, of) {
  const sorted = [...times].sort((a, b) => a - b)
  return {
    round_trip_ms: sorted.length ? sorted[Math.floor(sorted.length / 2)] : null,
    loss_percent: Math.round((100 * (of - times.length)) / of),
  }
}
