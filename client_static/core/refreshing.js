// What a page reads from the server again and again while somebody looks at it, and how old what it holds is. A failure
// makes it ask less often, and a page that nobody sees does not ask at all.
import { batch, signal } from '@preact/signals-core'

export const EVERY_MS = 5_000
const MOST_MS = 30_000

/**
 * `value` (null at first), `error` (of the last try, else null) and `askedAt` (when `value` was asked for, by `now`: it is
 * no older than that), over injected timers. `read()` asks at once; `look()` says that the page may have been hidden.
 */
export function createRefreshing({ load, isSeen, now = Date.now, later = setTimeout, cancel = clearTimeout }) {
  const value = signal(null)
  const error = signal(null)
  const askedAt = signal(null)
  let failures = 0
  let timer = null
  let isAsking = false
  let isStopped = true

  async function read() {
    if (isAsking || isStopped) return
    isAsking = true
    cancel(timer)
    timer = null
    const at = now()
    try {
      const found = await load()
      failures = 0
      if (!isStopped) batch(() => ((value.value = found), (askedAt.value = at), (error.value = null)))
    } catch (problem) {
      failures += 1
      if (!isStopped) error.value = problem
    }
    isAsking = false
    if (!isStopped && isSeen()) timer = later(again, Math.min(EVERY_MS * 2 ** failures, MOST_MS))
  }

  /** Its time has come; meanwhile the page may have been hidden. */
  function again() {
    timer = null
    if (isSeen()) read()
  }

  return {
    value,
    error,
    askedAt,
    read,
    look() {
      if (isSeen() && timer === null) read()
    },
    start() {
      isStopped = false
      return read()
    },
    stop() {
      isStopped = true
      cancel(timer)
    },
  }
}
