// A class read again: the steps of docs/protocol.md, and what the screen showed after each. Pure.
import { emptyRecord, keyOf } from './record.js'

/** A whole screen is kept after so many steps, so that a slider that jumps does not begin at the first one. */
const EVERY = 50

/** `steps`: as the server gives them. `at(n)` is the record after the first n of them, as `record.js` holds one. */
export function createReplay(steps) {
  const kept = [new Map()]
  const upTo = (n) => {
    const from = Math.min(Math.floor(n / EVERY), kept.length - 1)
    const values = new Map(kept[from])
    for (let i = from * EVERY; i < n; i++) {
      for (const { kind, id, value } of steps[i].changes) {
        if (value === null) values.delete(keyOf(kind, id))
        else values.set(keyOf(kind, id), value)
      }
      if ((i + 1) % EVERY === 0 && kept.length === (i + 1) / EVERY) kept.push(new Map(values))
    }
    return values
  }
  return {
    length: steps.length,
    at: (n) => ({ ...emptyRecord(null), joining: false, values: upTo(Math.max(0, Math.min(n, steps.length))) }),
  }
}

const BEGINNINGS = new Set(['meeting.lobby_opened', 'meeting.started'])

/** Before the rooms come in there is only the directory at work: the replay begins with them, or else with all there is. */
export function firstStep(steps) {
  const begun = steps.findIndex((step) => BEGINNINGS.has(step.name))
  return begun < 0 ? steps.length : begun + 1
}
