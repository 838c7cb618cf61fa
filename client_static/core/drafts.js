// Half-written words of one class, by what they are for (a question's id, or `ask`): on the screen as a signal, and sealed
// on the tablet a moment after each change, so that a reload does not cost what was typed.
import { effect, signal } from '@preact/signals-core'

const KEEP_AFTER_MS = 400

/** `isWorthKeeping(key)`: whether a draft may still be needed after a reload. */
export function createDrafts({ outbox, isWorthKeeping = () => true, later = setTimeout, cancel = clearTimeout }) {
  const drafts = signal({})
  let timer = null
  let stopWatching = () => {}
  let kept = '{}'
  let isStopped = false

  function keepNow() {
    cancel(timer)
    timer = null
    const worth = Object.fromEntries(Object.entries(drafts.peek()).filter(([key, draft]) => draft && isWorthKeeping(key)))
    const written = JSON.stringify(worth)
    if (!outbox?.keepDrafts || written === kept) return
    kept = written
    outbox.keepDrafts(worth)
  }

  const hidden = () => document.visibilityState === 'hidden' && keepNow()

  return {
    get value() {
      return drafts.value
    },
    /** A draft, or null to throw it away. */
    write(key, draft) {
      drafts.value = { ...drafts.value, [key]: draft }
    },
    /** At once: what was a draft is about to be something else, or the other way round. */
    keepNow,
    async start() {
      globalThis.document?.addEventListener('visibilitychange', hidden)
      const stored = (await outbox?.loadDrafts?.()) ?? {}
      kept = JSON.stringify(stored)
      if (isStopped) return
      // What was typed meanwhile is newer.
      drafts.value = { ...stored, ...drafts.value }
      stopWatching = effect(() => {
        if (drafts.value) timer ??= later(keepNow, KEEP_AFTER_MS)
      })
    },
    stop() {
      isStopped = true
      globalThis.document?.removeEventListener('visibilitychange', hidden)
      stopWatching()
      if (timer !== null) keepNow()
    },
  }
}
