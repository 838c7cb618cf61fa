// The tablet's own database: what waits to be sent, half-written words, and the keys under which both are sealed. It holds
// nothing that can be read without a key but what is needed to order rows and to let them expire.
import { openDB } from 'idb'

const NAME = 'longroom'
const VERSION = 1
/** Older than this and it is of no use to a class any more: it is deleted, whoever it belongs to. */
export const KEEP_MS = 14 * 60 * 60 * 1000

export function openDatabase(name = NAME) {
  return openDB(name, VERSION, {
    upgrade(db) {
      // The key generator is the order: it only ever counts up, also over a deleted row and a clock that was set back.
      const entries = db.createObjectStore('entries', { keyPath: 'counter', autoIncrement: true })
      entries.createIndex('id', 'id', { unique: true })
      entries.createIndex('person', 'person')
      const drafts = db.createObjectStore('drafts', { keyPath: ['person', 'stream'] })
      drafts.createIndex('person', 'person')
      db.createObjectStore('keys', { keyPath: 'person' })
    },
    // A newer version of this page, in another tab, must not wait for this one.
    blocking: (_before, _after, event) => event.target.close(),
  })
}

/** One transaction that has reached the disk when this resolves, or has changed nothing when it rejects. */
export async function strictly(db, stores, work) {
  const tx = db.transaction(stores, 'readwrite', { durability: 'strict' })
  try {
    const result = await work(tx)
    await tx.done
    return result
  } catch (fault) {
    tx.done.catch(() => {})
    try {
      tx.abort()
    } catch {
      // It had aborted by itself.
    }
    throw fault
  }
}

/** A clock that is nonsense either way makes a row old: nothing may lie here for ever. */
export const isOld = (at, now) => Math.abs(now - at) > KEEP_MS
