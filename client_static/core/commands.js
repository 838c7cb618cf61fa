// What a person did that the server has not acknowledged yet. Each command keeps its id from the first try to the answer,
// is sent again by itself after a lost link or a restarted server, and shows its true state until then:
//
//   saved ──→ sending ──→ sent          (sent: the server has committed it)
//     ↑          │ └────→ refused       (with the reason; the person retries, edits or drops it)
//     └──────────┘ the link was lost, the server is busy, or no answer came
//
// Commands on one subject (a question, the meeting) go strictly one after another; different subjects do not wait for
// each other. `outbox` is where commands lie while they wait: in memory here, in IndexedDB when the page can be closed.
import { signal } from '@preact/signals-core'

import { uuid7 } from './ids.js'

export const ANSWER_WITHIN_MS = 10_000
const BUSY_BACKOFF_MS = [400, 1_000, 2_000, 5_000]
/** A view that a `stale_version` spoke of is on its way to this page; this long at most. */
const STALE_LOOK_MS = 400
const FAULTS_BEFORE_REFUSED = 3

/** Codes that say "not now" rather than "no": the same command is sent again, by itself. */
const NOT_NOW = new Set(['busy', 'too_many_requests'])
/** The link's trouble, not the command's: it waits until the person has signed in again. */
const SIGNED_OUT = new Set(['not_signed_in', 'revoked', 'expired'])

export const memoryOutbox = { keep: async () => {}, drop: async () => {} }

/**
 * `refresh(entry)`: the data to send instead of a stale command's, or null. `shownSeq()`: the seq up to which the screen
 * shows the record, or null: an acknowledgement may come after the change that it speaks of.
 */
export function createCommands({
  stream,
  outbox = memoryOutbox,
  newId = uuid7,
  later = setTimeout,
  refresh = () => null,
  shownSeq = () => null,
}) {
  /** All that is not settled, oldest first: `{command_id, name, data, about, state, error?, tries}`. */
  const entries = signal([])
  /** `(payload, answered) => void` while the stream is joined; null while it is not. */
  let emit = null
  let generation = 0
  const inFlight = new Set()
  const resting = new Set()

  const find = (id) => entries.value.find((entry) => entry.command_id === id)
  const change = (id, changes) => {
    entries.value = entries.value.map((entry) => (entry.command_id === id ? { ...entry, ...changes } : entry))
  }
  const remove = (id) => {
    entries.value = entries.value.filter((entry) => entry.command_id !== id)
    outbox.drop(id)
  }

  /** Do something. Returns its command id; `about` is for the screens (what it concerns, what was written). */
  function submit(name, data, about = {}) {
    const entry = { command_id: newId(), name, data, about, state: emit ? 'sending' : 'saved', tries: 0 }
    entries.value = [...entries.value, entry]
    outbox.keep(entry).then(pump)
    return entry.command_id
  }

  function pump() {
    if (!emit) return
    const taken = new Set()
    for (const entry of entries.value) {
      if (entry.state === 'sent' || entry.state === 'refused') continue
      const subject = subjectOf(entry)
      if (!taken.has(subject) && !inFlight.has(entry.command_id) && !resting.has(entry.command_id)) send(entry)
      taken.add(subject)
    }
  }

  function send(entry) {
    const id = entry.command_id
    const sentIn = generation
    inFlight.add(id)
    change(id, { state: 'sending', tries: entry.tries + 1 })
    emit({ stream, command_id: id, name: entry.name, data: entry.data }, (error, reply) => {
      if (sentIn !== generation) return
      inFlight.delete(id)
      if (find(id)) settle(find(id), error ? null : reply)
      pump()
    })
  }

  function settle(entry, reply) {
    if (reply === null || reply === undefined) return rest(entry, 0)
    if (reply.ok) return accept(entry, reply.seq)
    const { error } = reply
    if (SIGNED_OUT.has(error?.code)) return change(entry.command_id, { state: 'saved' })
    const isFault = error?.code === 'internal' && entry.tries < FAULTS_BEFORE_REFUSED
    if (NOT_NOW.has(error?.code) || isFault) return rest(entry, BUSY_BACKOFF_MS[Math.min(entry.tries - 1, 3)])
    if (error?.code === 'stale_version') return lookAgain(entry, error)
    return refuse(entry, error)
  }

  function rest(entry, millis) {
    resting.add(entry.command_id)
    later(() => {
      resting.delete(entry.command_id)
      pump()
    }, millis)
  }

  function accept(entry, seq) {
    outbox.drop(entry.command_id)
    if (entry.about.silent || seq <= (shownSeq() ?? -1)) remove(entry.command_id)
    else change(entry.command_id, { state: 'sent', seq })
  }

  function refuse(entry, error) {
    if (entry.about.silent) remove(entry.command_id)
    else change(entry.command_id, { state: 'refused', error: error ?? { code: 'internal' } })
  }

  // The thing changed under the person's hand. If what they meant still holds, `refresh` gives the data to send instead:
  // it is another command then, and gets an id of its own.
  function lookAgain(entry, error) {
    resting.add(entry.command_id)
    later(() => {
      resting.delete(entry.command_id)
      const data = refresh(entry)
      if (!data) refuse(entry, error)
      else replace(entry, { command_id: newId(), data })
      pump()
    }, STALE_LOOK_MS)
  }

  function replace(entry, changes) {
    const next = { ...entry, error: undefined, state: emit ? 'sending' : 'saved', tries: 0, ...changes }
    if (next.command_id !== entry.command_id) outbox.drop(entry.command_id)
    entries.value = entries.value.map((held) => (held.command_id === entry.command_id ? next : held))
    outbox.keep(next)
  }

  /** The stream is joined: everything that waits goes out, in order. */
  function linkUp(emitter) {
    generation += 1
    inFlight.clear()
    emit = emitter
    pump()
  }

  /** The link is gone: whatever was under way has an unknown fate and will be sent again with the same id. */
  function linkDown() {
    generation += 1
    inFlight.clear()
    emit = null
    if (entries.value.some((entry) => entry.state === 'sending')) {
      entries.value = entries.value.map((entry) => (entry.state === 'sending' ? { ...entry, state: 'saved' } : entry))
    }
  }

  return {
    entries,
    submit,
    linkUp,
    linkDown,
    /** Send a refused command again as it was. A refusal left nothing behind, so its id is still good. */
    retry(id) {
      const entry = find(id)
      if (entry?.state !== 'refused') return
      replace(entry, {})
      pump()
    },
    /** Drop a refused command and return it, so that its words can be edited or thrown away. */
    take(id) {
      const entry = find(id)
      if (entry?.state !== 'refused') return null
      remove(id)
      return entry
    },
    /** The screen now holds everything up to `seq`: what was sent before is to be seen there. */
    shownUpTo(seq) {
      const isShown = (entry) => entry.state === 'sent' && entry.seq <= seq
      if (entries.value.some(isShown)) entries.value = entries.value.filter((entry) => !isShown(entry))
    },
    /** Whether something would be lost if this page went away now. */
    hasUnsent: () => entries.value.some((entry) => entry.state !== 'sent' && !entry.about.silent),
  }
}

const subjectOf = (entry) => entry.data.question_id ?? 'meeting'

/** The newest unsettled command on a question, if there is one. */
export const pendingOn = (entries, questionId) =>
  entries.findLast((entry) => entry.data.question_id === questionId && !entry.about.silent) ?? null
