// Which waiting questions probably ask the same, as the server reckons: read again a moment after the board changed. A hint
// and no more, so that a failure shows nothing and says nothing.
import { signal } from '@preact/signals-core'

import { api } from './api.js'

const REST_MS = 600
const RETRY_MS = 15_000

export function createLikenesses(meetingId, { read = api.likenesses, later = setTimeout, cancel = clearTimeout } = {}) {
  const pairs = signal([])
  let asked = null
  let timer = null
  let turn = 0

  async function load() {
    const mine = ++turn
    try {
      const found = await read(meetingId)
      if (mine === turn) pairs.value = found.pairs
    } catch {
      if (mine === turn) timer = later(load, RETRY_MS)
    }
  }
  return {
    pairs,
    /** Tell which questions wait, in any form that changes when they do. */
    follow(key) {
      if (key === asked) return
      asked = key
      cancel(timer)
      timer = later(load, REST_MS)
    },
    stop() {
      turn = Infinity
      cancel(timer)
    },
  }
}
