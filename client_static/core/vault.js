// The key under which a person's words lie on this tablet, and the PIN before it.
//
//   no row ──open──→ open            a new key; its handle, which no script can export, lies in the database, so that a
//                     │ ↑            reload or a crash in class asks for nothing
//            choosePin│ │unlock
//                     ↓ │
//                    open + PIN ──lock──→ locked     the handle is deleted; what is left is the key wrapped under the PIN
//
// What this protects against, and what not: docs/decisions/0006-outbox-at-rest.md.
import { isOld, strictly } from './database.js'
import { randomBytes, seal, unseal } from './seal.js'

export const PIN_PATTERN = /^\d{4,8}$/
export const ITERATIONS = 600_000
const FREE_TRIES = 5
const SLOW_FROM_MS = 30_000
const SLOWEST_MS = 15 * 60_000
const SEALED = ['entries', 'drafts']
const USES = ['encrypt', 'decrypt']

/** How long to wait after so many wrong PINs. */
export const waitAfter = (fails) =>
  fails < FREE_TRIES ? 0 : Math.min(SLOW_FROM_MS * 2 ** (fails - FREE_TRIES), SLOWEST_MS)

const text = new TextEncoder()

async function derive(pin, salt, iterations) {
  const raw = await crypto.subtle.importKey('raw', text.encode(pin), 'PBKDF2', false, ['deriveKey'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['wrapKey', 'unwrapKey'])
}

const wrapping = (iv, person) => ({ name: 'AES-GCM', iv, additionalData: text.encode(person) })

function unwrap({ person, wrapped, wrap_iv: iv }, pinKey) {
  return crypto.subtle.unwrapKey('raw', wrapped, pinKey, wrapping(iv, person), 'AES-GCM', false, USES)
}

/** A key that was wrapped under the PIN before its handle lost the way to be exported. */
async function freshUnder(pin, person, iterations) {
  const salt = randomBytes(16)
  const iv = randomBytes(12)
  const pinKey = await derive(pin, salt, iterations)
  const raw = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, USES)
  const wrapped = await crypto.subtle.wrapKey('raw', raw, pinKey, wrapping(iv, person))
  const kept = { person, salt, iterations, wrap_iv: iv, wrapped, fails: 0, try_at: 0 }
  return { ...kept, key_id: crypto.randomUUID(), handle: await unwrap(kept, pinKey) }
}

const fresh = async (person) => ({
  person,
  key_id: crypto.randomUUID(),
  handle: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, USES),
})

const hasKey = (row) => Boolean(row?.handle || row?.wrapped)

export const stateOf = ({ handle, wrapped, is_declined: isDeclined, lost }) => ({
  state: handle ? 'open' : 'locked',
  hasPin: Boolean(wrapped),
  isDeclined: Boolean(isDeclined),
  lost: lost ?? 0,
})

export function createVault({ db, now = Date.now, iterations = ITERATIONS }) {
  const rowOf = (person) => db.get('keys', person)
  const update = (person, changes) =>
    strictly(db, ['keys'], async (tx) => {
      const row = await tx.store.get(person)
      if (!row) return null
      const next = { ...row, ...changes(row) }
      await tx.store.put(next)
      return next
    })

  /** The person is here: make their key if there is none. Two tabs that come at once agree on the first one's. */
  async function open(person) {
    const found = await rowOf(person)
    if (found && hasKey(found) && !isOld(found.used_at, now())) return touch(person)
    const made = await fresh(person)
    return strictly(db, ['keys'], async (tx) => {
      const row = await tx.store.get(person)
      if (hasKey(row) && !isOld(row.used_at, now())) return row
      const next = { ...made, used_at: now(), lost: row?.lost ?? 0 }
      await tx.store.put(next)
      return next
    })
  }

  const touch = (person) => update(person, () => ({ used_at: now() }))

  /** A new key behind the PIN; what lies under the old one is sealed anew in the same transaction. */
  async function choosePin(person, pin) {
    const next = await freshUnder(pin, person, iterations)
    for (;;) {
      const old = await rowOf(person)
      if (!old?.handle) throw new Error('locked')
      const before = await rowsOf(person)
      const after = {}
      for (const store of SEALED) after[store] = await Promise.all(before[store].map((row) => reseal(old, next, row)))
      if (await swap(person, old, next, before, after)) return rowOf(person)
    }
  }

  async function rowsOf(person, from = db) {
    const found = SEALED.map((store) => from.getAllFromIndex(store, 'person', person))
    return Object.fromEntries((await Promise.all(found)).map((rows, i) => [SEALED[i], rows]))
  }

  const reseal = async (old, next, row) => seal(next.handle, row, await unseal(old.handle, row))

  /** False where another tab wrote meanwhile: then it is done again. */
  function swap(person, old, next, before, after) {
    return strictly(db, ['keys', ...SEALED], async (tx) => {
      const row = await tx.objectStore('keys').get(person)
      for (const store of SEALED) {
        const rows = await tx.objectStore(store).index('person').getAll(person)
        if (!areSame(rows, before[store])) return false
      }
      if (row?.key_id !== old.key_id) return false
      await tx.objectStore('keys').put({ ...row, ...next })
      for (const store of SEALED) for (const one of after[store]) await tx.objectStore(store).put(one)
      return true
    })
  }

  /** `{ok}`, or `{wait}`: so many milliseconds until the next try counts, or `{wait: 0}`: wrong, try again. */
  async function unlock(person, pin) {
    const row = await rowOf(person)
    if (row.handle) return { ok: true }
    const wait = row.try_at - now()
    // A clock that was set back must not lock somebody out for ever.
    if (wait > 0 && wait <= SLOWEST_MS) return { wait, isTooSoon: true }
    try {
      const handle = await unwrap(row, await derive(pin, row.salt, row.iterations))
      await update(person, () => ({ handle, fails: 0, try_at: 0, used_at: now() }))
      return { ok: true }
    } catch {
      const next = await update(person, ({ fails }) => ({ fails: fails + 1, try_at: now() + waitAfter(fails + 1) }))
      return { wait: waitAfter(next.fails) }
    }
  }

  return {
    rowOf,
    open,
    touch,
    choosePin,
    unlock,
    /** Only behind a PIN: without one, nobody could open it again. */
    lock: (person) => update(person, (row) => (row.wrapped ? { handle: undefined } : {})),
    decline: (person) => update(person, () => ({ is_declined: true })),
    /** How many saved things grew too old before they were sent; told once. */
    told: (person) => update(person, () => ({ lost: 0 })),
  }
}

const areSame = (a, b) => a.length === b.length && a.every((row, i) => areEqualBytes(row.iv, b[i].iv))
const areEqualBytes = (a, b) => a.every((byte, i) => byte === b[i])
