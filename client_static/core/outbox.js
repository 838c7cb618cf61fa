// What a person did that the server has not acknowledged, on the tablet's own disk. It is bound to the person and the
// stream: somebody else who signs in here neither sees nor sends it. Rows are ordered by a counter that the database hands
// out, sealed under the person's key, and deleted after 14 hours at the latest.
import { isOld, strictly } from './database.js'
import { seal, unseal } from './seal.js'

/** A database that does not answer must not hold a question back: it goes out, and is called what it is. */
const KEEP_WITHIN_MS = 3_000

/**
 * `tell(news)` and `hear(handle)` reach the person's other tabs; `locks` is `navigator.locks` or null.
 */
export function createOutbox({ db, person, now = Date.now, locks = null, tell = () => {}, hear = () => () => {} }) {
  // One after another: what was done first is written first, however long its sealing takes.
  let tail = Promise.resolve()
  const inTurn = (work) => {
    const done = tail.then(work)
    tail = done.catch(() => {})
    return done
  }

  /** Seal under the key of this moment; another tab may lock, wipe or change the key in between, and the write must know. */
  async function write(store, row, secret, put) {
    for (;;) {
      const key = await db.get('keys', person)
      if (!key?.handle) throw new Error('locked')
      const sealed = await seal(key.handle, row, secret)
      const isDone = await strictly(db, ['keys', store], async (tx) => {
        const still = await tx.objectStore('keys').get(person)
        if (still?.key_id !== key.key_id || !still.handle) return false
        await put(tx.objectStore(store), sealed)
        return true
      })
      if (isDone) return
    }
  }

  async function keepEntry(stream, entry, insteadOf) {
    const { command_id: id, saved_at: at = now(), name, data, about, state, error } = entry
    const secret = { name, data, about, state: state === 'refused' ? 'refused' : 'saved', error }
    await write('entries', { id, person, stream, saved_at: at }, secret, async (store, row) => {
      const counter = await store.index('id').getKey(insteadOf ?? id)
      await store.put(counter === undefined ? row : { ...row, counter })
    })
  }

  async function dropEntry(id) {
    await strictly(db, ['entries'], async (tx) => {
      const counter = await tx.store.index('id').getKey(id)
      if (counter !== undefined) await tx.store.delete(counter)
    })
  }

  async function loadEntries(stream) {
    const key = await db.get('keys', person)
    if (!key?.handle) return []
    const rows = (await mine('entries')).filter((row) => row.stream === stream && !isOld(row.saved_at, now()))
    const opened = rows.map((row) => unseal(key.handle, row).then((secret) => entryOf(row, secret), () => null))
    return (await Promise.all(opened)).filter(Boolean)
  }

  const mine = (store) => db.getAllFromIndex(store, 'person', person)

  async function loadDrafts(stream) {
    const key = await db.get('keys', person)
    const row = await db.get('drafts', [person, stream])
    if (!key?.handle || !row || isOld(row.saved_at, now())) return {}
    return unseal(key.handle, row).catch(() => ({}))
  }

  async function keepDrafts(stream, drafts) {
    if (Object.keys(drafts).length === 0) return db.delete('drafts', [person, stream])
    return write('drafts', { person, stream, saved_at: now() }, drafts, (store, row) => store.put(row))
  }

  /** The right to send this stream's entries: one tab at a time has it, and hands it on when its link or life ends. */
  function takeTurn(stream, granted) {
    if (!locks) {
      granted()
      return () => {}
    }
    const waiting = new AbortController()
    let release
    const held = new Promise((resolve) => (release = resolve))
    const name = `longroom-send ${person} ${stream}`
    const begin = () => {
      if (!waiting.signal.aborted) granted()
      return held
    }
    locks.request(name, { signal: waiting.signal }, begin).catch(() => {})
    return () => {
      waiting.abort()
      release()
    }
  }

  return {
    person,
    /** The outbox of one stream, as core/commands.js wants it. */
    of: (stream) => ({
      /** True once the transaction is on the disk; false where it is not: the entry is then only on this page. */
      async keep(entry, insteadOf) {
        const kept = inTurn(() => keepEntry(stream, entry, insteadOf)).then(() => true, () => false)
        const isKept = await Promise.race([kept, after(KEEP_WITHIN_MS)])
        tell({ kind: 'kept', stream })
        return isKept
      },
      drop: (id) =>
        inTurn(() => dropEntry(id)).then(
          () => tell({ kind: 'dropped', stream, id }),
          () => {},
        ),
      load: () => inTurn(() => loadEntries(stream)).catch(() => []),
      takeTurn: (granted) => takeTurn(stream, granted),
      tell: (news) => tell({ ...news, stream }),
      hear: (handle) => hear((news) => news.stream === stream && handle(news)),
      loadDrafts: () => loadDrafts(stream).catch(() => ({})),
      keepDrafts: (drafts) => inTurn(() => keepDrafts(stream, drafts)).catch(() => {}),
    }),
    /** The streams that something waits for. */
    streams: async () => [...new Set((await mine('entries')).map((row) => row.stream))],
    count: async () => (await mine('entries')).length,
    settled: () => tail,
  }
}

const entryOf = ({ id, saved_at: at }, secret) => ({ command_id: id, saved_at: at, ...secret, kept: true, tries: 0 })

const after = (millis) =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), millis)
    timer.unref?.()
  })

/** Sign-off: nothing of the person stays. */
export function wipe(db, person) {
  return strictly(db, ['keys', 'entries', 'drafts'], async (tx) => {
    await tx.objectStore('keys').delete(person)
    for (const store of ['entries', 'drafts']) await deleteWhere(tx, store, (row) => row.person === person)
  })
}

/**
 * Delete what is older than 14 hours, whoever it belongs to. What was never sent is counted with its owner, who is told
 * when they are here again; a key that nobody used for as long goes with it.
 */
export function sweep(db, now) {
  return strictly(db, ['keys', 'entries', 'drafts'], async (tx) => {
    const keys = tx.objectStore('keys')
    const old = await deleteWhere(tx, 'entries', (row) => isOld(row.saved_at, now))
    await deleteWhere(tx, 'drafts', (row) => isOld(row.saved_at, now))
    for (const row of await keys.getAll()) {
      const lost = (row.lost ?? 0) + old.filter((one) => one.person === row.person).length
      if (!isOld(row.used_at, now)) await keys.put({ ...row, lost })
      else if (lost) await keys.put({ person: row.person, used_at: row.used_at, lost })
      else await keys.delete(row.person)
    }
    return old.length
  })
}

async function deleteWhere(tx, name, isMeant) {
  const found = []
  for (let cursor = await tx.objectStore(name).openCursor(); cursor; cursor = await cursor.continue()) {
    if (!isMeant(cursor.value)) continue
    found.push(cursor.value)
    await cursor.delete()
  }
  return found
}
