// What this page holds of one live record, and the exact algorithm of docs/protocol.md §3 that keeps it whole:
// a frame is applied when after ≤ last < seq, an older one is dropped, a newer one is held until the missing ones come
// or the caller gives up waiting and joins again. Pure: no socket, no clock. Every function returns a new record.

/** A frame that waits is worth keeping only while it may still fit; more than this and a resume is cheaper. */
const MAX_HELD = 200

export const keyOf = (kind, id) => `${kind}\n${id}`

/** Nothing is held yet. While `joining`, frames are kept aside: the reply to `join` decides where they fit. */
export function emptyRecord(stream) {
  return { stream, epoch: null, audience: null, last: null, values: new Map(), held: [], head: null, joining: true }
}

/** What `join` should say so that the server can resume; undefined asks for a snapshot. */
export function since(record) {
  if (record.last === null || record.epoch === null) return undefined
  return { epoch: record.epoch, seq: record.last, audience: record.audience }
}

/** A `join` is on its way: from here to its reply, nothing is applied. */
export function joining(record) {
  return { ...record, joining: true }
}

/** The reply to `join`: a snapshot replaces everything, changes are upserted; then the frames kept aside follow. */
export function joined(record, reply) {
  const values = reply.snapshot ? upserted(new Map(), reply.snapshot) : upserted(record.values, reply.changes)
  return drained({
    ...record,
    epoch: reply.epoch,
    audience: reply.audience,
    last: reply.seq,
    head: reply.seq,
    values,
    held: record.held.filter((frame) => frame.epoch === reply.epoch),
    joining: false,
  })
}

/** A pushed `snapshot`: the audience changed, so everything held is replaced. */
export function replaced(record, frame) {
  return joined(record, frame)
}

/**
 * A `changes` frame. Another epoch means that the log is another one (a restored database): all that is held is void,
 * and `isVoid` tells the caller to join without `since`.
 */
export function received(record, frame) {
  if (record.joining) return { ...record, held: [...record.held, frame].slice(-MAX_HELD) }
  if (frame.epoch !== record.epoch) return voided(record)
  if (frame.seq <= record.last) return record
  if (frame.after > record.last) {
    return { ...record, head: Math.max(record.head, frame.seq), held: [...record.held, frame].slice(-MAX_HELD) }
  }
  return drained(applied(record, frame))
}

/** A `head` frame: where the log stands in the database. */
export function headSeen(record, frame) {
  if (record.joining) return record
  if (frame.epoch !== record.epoch) return voided(record)
  return frame.seq > record.head ? { ...record, head: frame.seq } : record
}

/** Whether something is known to be missing: a held frame that does not fit, or a head beyond what is held. */
export function isBehind(record) {
  return !record.joining && record.last !== null && (record.held.length > 0 || record.head > record.last)
}

/** Whether what was held belongs to a log that is no more. */
export function isVoid(record) {
  return !record.joining && record.last === null
}

export const valueOf = (record, kind, id) => record.values.get(keyOf(kind, id)) ?? null

/** All values of a kind, as an array. */
export function valuesOf(record, kind) {
  const prefix = `${kind}\n`
  return [...record.values].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value)
}

function voided(record) {
  // The values stay on the screen, marked as old by the link's state, until the snapshot of the new epoch replaces them.
  return { ...record, epoch: null, audience: null, last: null, head: null, held: [] }
}

function applied(record, frame) {
  return {
    ...record,
    last: frame.seq,
    head: Math.max(record.head, frame.seq),
    values: upserted(record.values, frame.changes),
  }
}

function drained(record) {
  let now = record
  const waiting = [...record.held].sort((a, b) => a.after - b.after || a.seq - b.seq)
  const kept = []
  for (const frame of waiting) {
    if (frame.seq <= now.last) continue
    if (frame.after <= now.last) now = applied(now, frame)
    else kept.push(frame)
  }
  return { ...now, held: kept }
}

function upserted(values, changes) {
  const next = new Map(values)
  for (const { kind, id, value } of changes) {
    if (value === null) next.delete(keyOf(kind, id))
    else next.set(keyOf(kind, id), value)
  }
  return next
}
