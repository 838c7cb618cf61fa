// This device as the person’s own: whose words lie on it, whether they are open or behind the PIN, and when it locks.
//
//   absent   nobody is here, or the browser keeps nothing for us: what is done is only on this page
//   open     what is done is kept on the tablet
//   locked   names and words need the PIN
import { signal } from '@preact/signals-core'

import { openDatabase } from './database.js'
import { createOutbox, sweep, wipe } from './outbox.js'
import { createVault, stateOf } from './vault.js'

export const IDLE_MS = 10 * 60_000
const SWEEP_MS = 10 * 60_000
/** A database that does not answer must not keep anybody from their class. */
const OPEN_WITHIN_MS = 3_000
const NOBODY = { state: 'absent', hasPin: false, isDeclined: false, lost: 0 }

export const tablet = signal(NOBODY)
/** Whether what one does here is kept when the page goes. */
export const isKept = () => tablet.value.state !== 'absent'

let person = null
let db = null
let vault = null
let outbox = null
let channel = null
let hearers = new Set()
let isAskedToPersist = false

const show = (row) => (tablet.value = stateOf(row))

/** The person is here. Never rejects: without a database of their own they work on as before, and are told so. */
export async function enterTablet(personId) {
  if (person === personId) return
  leaveTablet()
  person = personId
  const patience = AbortSignal.timeout(OPEN_WITHIN_MS)
  const gaveUp = new Promise((resolve) => patience.addEventListener('abort', resolve))
  await Promise.race([enter(personId, patience).catch(() => {}), gaveUp])
}

async function enter(personId, patience) {
  db ??= await openDatabase()
  // Closed by the browser, or for another tab's newer version: what is done from here on is only on this page.
  db.addEventListener('close', () => (db = null))
  await sweep(db, Date.now())
  const opened = createVault({ db })
  const row = await opened.open(personId)
  // Too late: what was opened meanwhile believes that nothing is kept, and says so.
  if (person !== personId || patience.aborted) return
  vault = opened
  channel = new BroadcastChannel('longroom')
  channel.onmessage = ({ data }) => heard(data)
  tell({ kind: 'entered' })
  outbox = createOutbox({ db, person, locks: navigator.locks ?? null, tell, hear })
  show(row)
}

const tell = (news) => channel?.postMessage({ ...news, person })

function hear(handle) {
  hearers.add(handle)
  return () => hearers.delete(handle)
}

function heard(news) {
  if (news.person !== person) {
    // The tabs of a browser share one session: somebody else's sign-in in another tab ended this person's.
    if (news.kind === 'entered') left()
  } else if (news.kind === 'vault') refreshVault()
  else for (const handle of hearers) handle(news)
}

/** Another tab locked, opened or signed out. */
async function refreshVault() {
  const row = await vault?.rowOf(person)
  if (row) show(row)
  else left()
}

/** Told to core/session.js, which asks the server who is here now. */
function left() {
  leaveTablet()
  tablet.value = { ...NOBODY, isLeft: true }
}

function leaveTablet() {
  channel?.close()
  channel = vault = outbox = person = null
  hearers = new Set()
  tablet.value = NOBODY
}

/** Where the commands and drafts of a stream are kept; undefined: nowhere but on the page. */
export function outboxOf(stream) {
  const found = outbox?.of(stream)
  if (!found) return undefined
  const keep = (...entry) => {
    askToPersist()
    return found.keep(...entry)
  }
  return { ...found, keep }
}

// Asked when there is something to keep, once: some browsers ask the person.
function askToPersist() {
  if (isAskedToPersist) return
  isAskedToPersist = true
  navigator.storage?.persist?.().catch(() => {})
}

/** The streams that something of an earlier page waits for. */
export const waitingStreams = async () =>
  tablet.value.state === 'open' ? ((await outbox?.streams().catch(() => [])) ?? []) : []

/** How many things lie here unsent, read without the key. */
export const countWaiting = async () => (await outbox?.count().catch(() => 0)) ?? 0

// ── The PIN ─────────────────────────────────────────────────────────────────────────────────────────────────────────

async function changed(row) {
  if (row) show(row)
  tell({ kind: 'vault' })
}

export async function choosePin(pin) {
  await outbox.settled()
  await changed(await vault.choosePin(person, pin))
}

export async function lockTablet() {
  await outbox?.settled()
  const row = await vault?.lock(person)
  if (row) await changed(row)
}

export async function unlockTablet(pin) {
  const result = await vault.unlock(person, pin)
  if (result.ok) await changed(await vault.rowOf(person))
  return result
}

/** The person does not want a PIN now: not offered again. */
export async function declinePin() {
  const row = await vault?.decline(person)
  if (row) show(row)
}

/** The person has read how much grew too old. */
export async function toldOfLoss() {
  const row = await vault?.told(person)
  if (row) show(row)
}

/** Sign-off: key, entries and drafts of the person are deleted. */
export async function wipeTablet() {
  const leaving = person
  await outbox?.settled()
  if (db && leaving) await wipe(db, leaving).catch(() => {})
  tell({ kind: 'vault' })
  leaveTablet()
}

// ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Lock when nobody has touched the page for ten minutes, unless `isNeeded()`: a class is live, or something is not kept. */
export function startIdleLock(isNeeded, every = 15_000) {
  let touchedAt = Date.now()
  const touched = () => (touchedAt = Date.now())
  for (const event of ['pointerdown', 'keydown', 'wheel']) addEventListener(event, touched, { capture: true, passive: true })
  setInterval(() => {
    const { state, hasPin } = tablet.value
    if (state !== 'open' || !hasPin) return
    if (isNeeded()) touched()
    else if (Date.now() - touchedAt >= IDLE_MS) lockTablet()
  }, every)
}

/** Once more every while: a page may stay open for days. */
export function startSweeping(every = SWEEP_MS) {
  setInterval(async () => {
    if (!db || !vault) return
    await vault.touch(person)
    if (await sweep(db, Date.now())) {
      await refreshVault()
      for (const stream of await outbox.streams()) heard({ kind: 'kept', stream })
    }
  }, every)
}
