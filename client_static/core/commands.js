// What a person did that the server has not acknowledged yet. Each command keeps its id from the first try to the answer,
// is sent again by itself after a lost link, a reload, a crash or a restarted server, and shows its true state until then:
//
//   saved ──→ sending ──→ sent          (sent: the server has committed it)
//     ↑          │ └────→ refused       (with the reason; the person retries, edits or drops it)
//     └──────────┘ the link was lost, the server is busy, or no answer came
//
// Commands on one subject (a question, the meeting) go strictly one after another; different subjects do not wait for
// each other. `outbox` is where commands lie while they wait: on the tablet's disk (core/outbox.js), or in memory only.
// `kept` says which it is: true: on the disk; false: only on this page; null: being written.
//
// Of a person's tabs, one at a time has the turn to send what is kept; the others show the same states, which they hear.
import { signal } from '@preact/signals-core'

import { uuid7 } from './ids.js'

export const ANSWER_WITHIN_MS = 10_000
const BUSY_BACKOFF_MS = [400, 1_000, 2_000, 5_000]
/** A view that a `stale_version` spoke of is on its way to this page; this long at most. */
const STALE_LOOK_MS = 400
const FAULTS_BEFORE_REFUSED = 3
/** The protocol's limits for one message, with room for what is around the commands. */
const MOST_AT_ONCE = 100
const MOST_BYTES = 48 * 1024

/** Codes that say "not now" rather than "no": the same command is sent again, by itself. */
const NOT_NOW = new Set(['busy', 'too_many_requests'])
/** The link's trouble, not the command's: it waits until the person has signed in again. */
const SIGNED_OUT = new Set(['not_signed_in', 'revoked', 'expired'])

export const memoryOutbox = {
  keep: async () => false,
  drop: async () => {},
  load: null,
  takeTurn(granted) {
    granted()
    return () => {}
  },
  tell: () => {},
  hear: () => () => {},
}

/**
 * `refresh(entry)`: the data to send instead of a stale command's, or null. `shownSeq()`: the seq up to which the screen
 * shows the record, or null: an acknowledgement may come after the change that it speaks of.
 */
export function createCommands({
  stream,
  outbox: chosen = memoryOutbox,
  newId = uuid7,
  now = Date.now,
  later = setTimeout,
  refresh = () => null,
  shownSeq = () => null,
}) {
  const outbox = { ...memoryOutbox, ...chosen }
  /** All that is not settled, oldest first: `{command_id, name, data, about, state, kept, error?, tries, saved_at}`. */
  const entries = signal([])
  /** Whether what an earlier page left behind is among the entries. */
  const isRestored = signal(!outbox.load)
  /** `{one, many}`, each `(payload, answered) => void`, while the stream is joined; null while it is not. */
  let link = null
  let hasTurn = false
  let releaseTurn = () => {}
  let generation = 0
  const inFlight = new Set()
  const resting = new Set()
  /** Settled for good: a look into the outbox that began before must not bring them back. */
  const over = new Set()

  const find = (id) => entries.value.find((entry) => entry.command_id === id)
  const change = (id, changes) => {
    entries.value = entries.value.map((entry) => (entry.command_id === id ? { ...entry, ...changes } : entry))
  }
  /** A state that the person's other tabs must show too. */
  function turnTo(id, changes) {
    change(id, changes)
    const { about, kept, state, seq, error } = find(id) ?? {}
    if (kept && !about.silent) outbox.tell({ kind: 'state', id, state, seq, error })
  }
  const forget = (id) => {
    over.add(id)
    entries.value = entries.value.filter((entry) => entry.command_id !== id)
  }
  const remove = (entry) => {
    forget(entry.command_id)
    if (!entry.about.silent) outbox.drop(entry.command_id)
  }

  // ── Keeping ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Do something. Returns its command id; `about` is for the screens (what it concerns, what was written). */
  function submit(name, data, about = {}) {
    const entry = { command_id: newId(), name, data, about, state: 'saved', kept: null, tries: 0, saved_at: now() }
    entries.value = [...entries.value, entry]
    // What the page says by itself it will say again: not worth a place on the disk.
    if (about.silent) pump()
    else keep(entry)
    return entry.command_id
  }

  async function keep(entry, insteadOf) {
    const kept = Boolean(await outbox.keep(entry, insteadOf))
    change(entry.command_id, { kept })
    pump()
  }

  /** Take in what lies in the outbox: from before a reload, or from another tab. */
  async function reconcile() {
    const stored = await outbox.load()
    const waiting = stored.filter((entry) => !over.has(entry.command_id))
    entries.value = merged(entries.value, waiting, inFlight)
    isRestored.value = true
    pump()
  }

  function hear({ kind, id, state, seq, error }) {
    if (kind === 'kept') return reconcile()
    const entry = find(id)
    if (!entry || inFlight.has(id)) return
    // What was sent is dropped too; it stays in sight until the record shows it.
    if (kind === 'dropped') return entry.state === 'sent' ? undefined : forget(id)
    if (state === 'sent' && seq <= (shownSeq() ?? -1)) return forget(id)
    change(id, { state, seq, error })
  }

  // ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────

  // What is only on this page, no other tab can send; what is kept goes out from the tab that has the turn.
  const mayGo = (entry) => entry.about.silent || entry.kept === false || (entry.kept && hasTurn)
  const isFree = ({ command_id: id }) => !inFlight.has(id) && !resting.has(id)

  function pump() {
    if (!link) return
    const taken = new Set()
    const ready = []
    for (const entry of entries.value) {
      if (entry.state === 'sent' || entry.state === 'refused') continue
      const subject = subjectOf(entry)
      if (!taken.has(subject) && isFree(entry) && mayGo(entry)) ready.push(entry)
      taken.add(subject)
    }
    if (link.many) bundles(ready).forEach((bundle) => (bundle.length > 1 ? sendMany(bundle) : sendOne(bundle[0])))
    else ready.forEach(sendOne)
  }

  const payloadOf = ({ command_id, name, data }) => ({ stream, command_id, name, data })

  function setOff(entry) {
    inFlight.add(entry.command_id)
    turnTo(entry.command_id, { state: 'sending', tries: entry.tries + 1 })
  }

  function sendOne(entry) {
    setOff(entry)
    link.one(payloadOf(entry), whileLinked((error, reply) => arrive(entry, error ? null : reply)))
  }

  /** Each result stands for itself; a refusal of the whole batch is a refusal of each. */
  function sendMany(bundle) {
    bundle.forEach(setOff)
    const answered = (error, reply) => {
      bundle.forEach((entry, i) => arrive(entry, error ? null : reply?.ok ? reply.results?.[i] : reply))
    }
    link.many({ commands: bundle.map(payloadOf) }, whileLinked(answered))
  }

  /** An answer that belongs to an earlier link says nothing about this one's tries. */
  function whileLinked(answered) {
    const sentIn = generation
    return (error, reply) => {
      if (sentIn !== generation) return
      answered(error, reply)
      pump()
    }
  }

  function arrive({ command_id: id }, reply) {
    inFlight.delete(id)
    if (find(id)) settle(find(id), reply)
  }

  function settle(entry, reply) {
    if (reply === null || reply === undefined) return rest(entry, 0)
    if (reply.ok) return accept(entry, reply.seq)
    const { error } = reply
    if (SIGNED_OUT.has(error?.code)) {
      turnTo(entry.command_id, { state: 'saved' })
      return rest(entry, BUSY_BACKOFF_MS.at(-1))
    }
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
    over.add(entry.command_id)
    turnTo(entry.command_id, { state: 'sent', seq })
    if (!entry.about.silent) outbox.drop(entry.command_id)
    if (entry.about.silent || seq <= (shownSeq() ?? -1)) forget(entry.command_id)
  }

  function refuse(entry, error) {
    if (entry.about.silent) return remove(entry)
    turnTo(entry.command_id, { state: 'refused', error: error ?? { code: 'internal' } })
    if (entry.kept) outbox.keep(find(entry.command_id))
  }

  // The thing changed under the person's hand. If what they meant still holds, `refresh` gives the data to send instead:
  // it is another command then, and gets an id of its own.
  function lookAgain(entry, error) {
    resting.add(entry.command_id)
    later(() => {
      resting.delete(entry.command_id)
      const data = refresh(entry)
      if (!data) refuse(entry, error)
      else replace(entry, { command_id: newId(), data, kept: null })
      pump()
    }, STALE_LOOK_MS)
  }

  function replace(entry, changes) {
    const next = { ...entry, error: undefined, state: 'saved', tries: 0, ...changes }
    entries.value = entries.value.map((held) => (held.command_id === entry.command_id ? next : held))
    if (next.command_id !== entry.command_id) over.add(entry.command_id)
    keep(next, entry.command_id)
  }

  // ── The link ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The stream is joined: everything that waits goes out, in order. `many` sends a batch. */
  function linkUp(one, many = null) {
    unlink()
    link = { one, many }
    const mine = generation
    releaseTurn = outbox.takeTurn(async () => {
      // Another tab may have sent, or saved, since this one looked.
      if (outbox.load) await reconcile()
      if (mine !== generation) return
      hasTurn = true
      pump()
    })
    pump()
  }

  /** The link is gone: whatever was under way has an unknown fate and will be sent again with the same id. */
  function linkDown() {
    unlink()
    if (entries.value.some((entry) => entry.state === 'sending')) {
      entries.value = entries.value.map((entry) => (entry.state === 'sending' ? { ...entry, state: 'saved' } : entry))
    }
  }

  function unlink() {
    generation += 1
    inFlight.clear()
    link = null
    hasTurn = false
    releaseTurn()
    releaseTurn = () => {}
  }

  let stopHearing = () => {}
  const isUnsent = (entry) => entry.state !== 'sent' && !entry.about.silent
  return {
    entries,
    isRestored,
    submit,
    linkUp,
    linkDown,
    start() {
      stopHearing = outbox.hear(hear)
      if (outbox.load) reconcile()
    },
    stop() {
      stopHearing()
      linkDown()
    },
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
      remove(entry)
      return entry
    },
    /** The screen now holds everything up to `seq`: what was sent before is to be seen there. */
    shownUpTo(seq) {
      const isShown = (entry) => entry.state === 'sent' && entry.seq <= seq
      if (entries.value.some(isShown)) entries.value = entries.value.filter((entry) => !isShown(entry))
    },
    /** How many things the server does not have yet. */
    unsent: () => entries.value.filter(isUnsent).length,
    /** Whether something would be lost if this page went away now. */
    hasUnkept: () => entries.value.some((entry) => isUnsent(entry) && entry.kept !== true),
  }
}

const subjectOf = (entry) => entry.data.question_id ?? entry.data.announcement_id ?? 'meeting'

/** The newest unsettled command on a question, if there is one. */
export const pendingOn = (entries, questionId) =>
  entries.findLast((entry) => entry.data.question_id === questionId && !entry.about.silent) ?? null

/** As the outbox has them, in its order; then what only this page knows. */
function merged(held, stored, inFlight) {
  const byId = new Map(held.map((entry) => [entry.command_id, entry]))
  const isOurs = (entry) => entry.state === 'sent' || inFlight.has(entry.command_id)
  const known = stored.map((found) => {
    const entry = byId.get(found.command_id)
    if (!entry) return found
    if (isOurs(entry) || (entry.state === 'refused') === (found.state === 'refused')) return { ...entry, kept: true }
    return { ...entry, kept: true, state: found.state, error: found.error }
  })
  const isStored = new Set(stored.map((entry) => entry.command_id))
  // What was kept and is not there any more, another tab has sent or dropped.
  const rest = held.filter((entry) => !isStored.has(entry.command_id) && (entry.kept !== true || isOurs(entry)))
  return [...known, ...rest]
}

/** Batches within the protocol's limits, in order. */
function bundles(entries) {
  const found = []
  let bytes = 0
  for (const entry of entries) {
    const size = new TextEncoder().encode(JSON.stringify(entry.data)).length + 200
    const fits = found.length > 0 && found.at(-1).length < MOST_AT_ONCE && bytes + size <= MOST_BYTES
    if (!fits) {
      found.push([])
      bytes = 0
    }
    found.at(-1).push(entry)
    bytes += size
  }
  return found
}
