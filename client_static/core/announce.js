// The one polite live region of the page. What is said is collected and spoken at most every few seconds, so that a busy
// class does not talk over the person who listens; the same sentence twice is said once.
import { signal } from '@preact/signals-core'

export const GAP_MS = 4_000
const MOST_AT_ONCE = 3

/** An announcer over injected timers, so that its pace can be tested. */
export function createAnnouncer({ now = Date.now, later = setTimeout } = {}) {
  const spoken = signal('')
  let pending = []
  let spokeAt = -Infinity
  let timer = null

  function speak() {
    timer = null
    spokeAt = now()
    // The newest matter most; what is dropped is on the screen.
    spoken.value = pending.slice(-MOST_AT_ONCE).join(' ')
    pending = []
  }

  function say(sentence) {
    if (!sentence || pending.includes(sentence)) return
    pending.push(sentence)
    if (timer === null) timer = later(speak, Math.max(150, spokeAt + GAP_MS - now()))
  }

  return { spoken, say }
}

const announcer = createAnnouncer()
export const spoken = announcer.spoken
export const say = announcer.say
