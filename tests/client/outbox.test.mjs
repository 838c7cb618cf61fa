// The outbox, the vault and the drafts over a real IndexedDB API (fake-indexeddb) and the real WebCrypto.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'

import '../../client_static/node_modules/fake-indexeddb/auto/index.mjs'
import { createCommands } from '../../client_static/core/commands.js'
import { KEEP_MS, openDatabase } from '../../client_static/core/database.js'
import { createDrafts } from '../../client_static/core/drafts.js'
import { createOutbox, sweep, wipe } from '../../client_static/core/outbox.js'
import { ITERATIONS, createVault, stateOf, waitAfter } from '../../client_static/core/vault.js'

const PHYSICS = 'meeting:physics'
const CANARY = 'Why does the canary not cancel?'
let n = 0

/** A database of its own, with a clock that stands where it is put. */
async function tablet() {
  const db = await openDatabase(`longroom-${++n}`)
  const clock = { now: 1_000_000_000 }
  const now = () => clock.now
  const vault = createVault({ db, now, iterations: 1_000 })
  const outboxFor = async (person, more = {}) => {
    await vault.open(person)
    return createOutbox({ db, person, now, ...more })
  }
  return { db, clock, vault, outboxFor }
}
const ask = (id, text = CANARY, more = {}) => ({
  command_id: id, name: 'question.relay', data: { question_id: `q-${id}`, text }, about: {}, state: 'saved', ...more,
})
const ids = (entries) => entries.map((entry) => entry.command_id)
/** Waits until `read()` is as expected; at the end, tells what it is instead. */
async function becomes(read, expected) {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (isDeepStrictEqual(await read(), expected)) return
  }
  assert.deepEqual(await read(), expected)
}

/** All that lies in the database, bytes as characters, keys as what they are. */
async function dump(db) {
  const rows = await Promise.all([...db.objectStoreNames].map((store) => db.getAll(store)))
  return JSON.stringify(rows.flat(), (_, value) => {
    if (value instanceof ArrayBuffer) return Buffer.from(value).toString('latin1')
    return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value
  })
}

test('what is kept comes back in the order it was done, whatever the clock says and however long its sealing takes', async () => {
  const { clock, outboxFor } = await tablet()
  const box = (await outboxFor('ann')).of(PHYSICS)
  const kept = [box.keep(ask('c', 'x'.repeat(200_000)))]
  clock.now -= 60_000
  kept.push(box.keep(ask('a')), box.keep(ask('b')))
  assert.deepEqual(await Promise.all(kept), [true, true, true])
  const loaded = await box.load()
  assert.deepEqual(ids(loaded), ['c', 'a', 'b'])
  assert.equal(loaded[1].data.text, CANARY)
  assert.equal(loaded[1].kept, true)
})

test('a change keeps its place, a command in place of another takes it over, a dropped one is gone', async () => {
  const { outboxFor } = await tablet()
  const box = (await outboxFor('ann')).of(PHYSICS)
  for (const id of ['a', 'b', 'c']) await box.keep(ask(id))
  await box.keep(ask('a', CANARY, { state: 'refused', error: { code: 'meeting_ended' } }))
  await box.keep(ask('z'), 'b')
  await box.drop('c')
  const loaded = await box.load()
  assert.deepEqual(ids(loaded), ['a', 'z'])
  assert.deepEqual([loaded[0].state, loaded[0].error.code], ['refused', 'meeting_ended'])
})

test('another person and another class see nothing of it', async () => {
  const { outboxFor } = await tablet()
  const ann = await outboxFor('ann')
  await ann.of(PHYSICS).keep(ask('a'))
  const bob = await outboxFor('bob')
  assert.deepEqual(await bob.of(PHYSICS).load(), [])
  assert.deepEqual(await bob.streams(), [])
  assert.deepEqual(await ann.of('meeting:latin').load(), [])
  assert.deepEqual(await ann.streams(), [PHYSICS])
})

test('nothing readable lies in the database: no words, no command, and no key that can be exported', async () => {
  const { db, vault, outboxFor } = await tablet()
  const box = (await outboxFor('ann')).of(PHYSICS)
  await box.keep(ask('a'))
  await box.keepDrafts({ ask: { text: CANARY } })
  const lying = await dump(db)
  for (const secret of ['canary', 'question.relay', 'q-a']) assert.equal(lying.includes(secret), false, secret)
  const [row] = await db.getAll('entries')
  assert.deepEqual(Object.keys(row).sort(), ['counter', 'id', 'iv', 'person', 'saved_at', 'sealed', 'stream'])
  const { handle } = await vault.rowOf('ann')
  assert.equal(handle.extractable, false)
  await assert.rejects(crypto.subtle.exportKey('raw', handle))
})

test('a row that was moved to another person or class does not open there', async () => {
  const { db, outboxFor } = await tablet()
  const ann = await outboxFor('ann')
  await ann.of(PHYSICS).keep(ask('a'))
  const [row] = await db.getAll('entries')
  await db.put('entries', { ...row, stream: 'meeting:latin' })
  assert.deepEqual(await ann.of('meeting:latin').load(), [])
})

test('locked: nothing is read or written; the PIN opens it, a wrong one does not', async () => {
  const { db, vault, outboxFor } = await tablet()
  const box = (await outboxFor('ann')).of(PHYSICS)
  await box.keep(ask('a'))
  await box.keepDrafts({ ask: { text: CANARY } })
  await vault.lock('ann')
  assert.equal(stateOf(await vault.rowOf('ann')).state, 'open', 'without a PIN nobody could open it again')
  await vault.choosePin('ann', '2580')
  assert.deepEqual(ids(await box.load()), ['a'], 'sealed anew under the new key')
  await vault.lock('ann')
  assert.deepEqual(stateOf(await vault.rowOf('ann')), { state: 'locked', hasPin: true, isDeclined: false, lost: 0 })
  assert.equal('handle' in (await db.get('keys', 'ann')) && (await db.get('keys', 'ann')).handle !== undefined, false)
  assert.deepEqual(await box.load(), [])
  assert.equal(await box.keep(ask('b')), false)
  assert.deepEqual(await vault.unlock('ann', '2581'), { wait: 0 })
  assert.deepEqual(await vault.unlock('ann', '2580'), { ok: true })
  assert.equal((await vault.rowOf('ann')).handle.extractable, false)
  assert.deepEqual(ids(await box.load()), ['a'])
  assert.equal((await box.loadDrafts()).ask.text, CANARY)
})

test('a write that is under way while the PIN is chosen is not lost', async () => {
  const { vault, outboxFor } = await tablet()
  const box = (await outboxFor('ann')).of(PHYSICS)
  await box.keep(ask('a'))
  const chosen = vault.choosePin('ann', '2580')
  for (let i = 0; i < 20; i++) await box.keep(ask(`b${i}`))
  await chosen
  assert.equal((await box.load()).length, 21)
})

test('five wrong PINs slow down, longer and longer, and survive a reload', async () => {
  const { db, clock, vault, outboxFor } = await tablet()
  await outboxFor('ann')
  await vault.choosePin('ann', '2580')
  await vault.lock('ann')
  for (let i = 0; i < 4; i++) assert.deepEqual(await vault.unlock('ann', '0000'), { wait: 0 })
  assert.deepEqual(await vault.unlock('ann', '0000'), { wait: 30_000 })
  const again = createVault({ db, now: () => clock.now })
  assert.deepEqual(await again.unlock('ann', '2580'), { wait: 30_000, isTooSoon: true })
  clock.now += 30_001
  assert.deepEqual(await again.unlock('ann', '0000'), { wait: 60_000 })
  clock.now += 60_001
  assert.deepEqual(await again.unlock('ann', '2580'), { ok: true })
  assert.equal(waitAfter(50), 15 * 60_000)
  assert.ok(ITERATIONS >= 600_000)
})

test('after 14 hours all of it is deleted, and its owner, nobody else, is told how much', async () => {
  const { db, clock, vault, outboxFor } = await tablet()
  const box = (await outboxFor('ann')).of(PHYSICS)
  await box.keep(ask('a'))
  await box.keepDrafts({ ask: { text: CANARY } })
  clock.now += KEEP_MS / 2
  await box.keep(ask('b'))
  await vault.open('ann')
  clock.now += KEEP_MS / 2 + 1
  assert.equal(await sweep(db, clock.now), 1)
  assert.deepEqual(ids(await box.load()), ['b'])
  clock.now += KEEP_MS
  await sweep(db, clock.now)
  await outboxFor('bob')
  assert.equal((await vault.rowOf('bob')).lost, 0)
  assert.deepEqual(await db.getAll('entries'), [])
  assert.deepEqual(await db.getAll('drafts'), [])
  assert.deepEqual(Object.keys(await db.get('keys', 'ann')).sort(), ['lost', 'person', 'used_at'], 'the key is gone')
  await vault.open('ann')
  assert.equal((await vault.rowOf('ann')).lost, 2)
  await vault.told('ann')
  assert.equal((await vault.rowOf('ann')).lost, 0)
})

test('sign-off leaves nothing of the person, and all of the other', async () => {
  const { db, outboxFor } = await tablet()
  await (await outboxFor('ann')).of(PHYSICS).keep(ask('a'))
  const bob = await outboxFor('bob')
  await bob.of(PHYSICS).keep(ask('b'))
  await wipe(db, 'ann')
  assert.equal((await dump(db)).includes('ann'), false)
  assert.deepEqual(ids(await bob.of(PHYSICS).load()), ['b'])
})

test('a draft survives, its newest words win over those on the disk, and an empty one leaves nothing', async () => {
  const { db, outboxFor } = await tablet()
  const outbox = (await outboxFor('ann')).of(PHYSICS)
  const before = createDrafts({ outbox })
  await before.start()
  before.write('ask', { text: 'half a quest' })
  before.write('q1', { text: 'an answer nobody waits for' })
  before.stop()
  await becomes(async () => Object.keys(await outbox.loadDrafts()), ['ask', 'q1'])
  const next = createDrafts({ outbox, isWorthKeeping: (key) => key !== 'q1' })
  const started = next.start()
  next.write('q2', { text: 'typed at once' })
  await started
  assert.deepEqual([next.value.ask.text, next.value.q2.text], ['half a quest', 'typed at once'])
  next.keepNow()
  await becomes(async () => Object.keys(await outbox.loadDrafts()), ['ask', 'q2'])
  next.write('ask', null)
  next.write('q2', null)
  next.stop()
  await becomes(() => db.getAll('drafts'), [])
})

// ── Commands over it ────────────────────────────────────────────────────────────────────────────────────────────────

/** Stands in for navigator.locks: one holder at a time, the next in line after it. */
function lockManager() {
  const waiting = new Map()
  return {
    async request(name, { signal }, work) {
      const before = waiting.get(name) ?? Promise.resolve()
      const mine = before.then(() => (signal.aborted ? undefined : work()))
      waiting.set(name, mine)
      await mine
    },
  }
}

/** A person's tabs on one tablet, and a server that counts what it is sent. */
async function tabs(count) {
  const { db, clock, vault, outboxFor } = await tablet()
  const hearers = []
  const locks = lockManager()
  const server = { seen: [], batches: [], answer: () => ({ ok: true, seq: server.seen.length }) }
  const take = ({ command_id, data }) => {
    server.seen.push(command_id)
    return server.answer(data)
  }
  const one = (payload, answered) => setTimeout(() => answered(null, take(payload)))
  const many = ({ commands }, answered) => {
    server.batches.push(commands.map((command) => command.command_id))
    setTimeout(() => answered(null, { ok: true, results: commands.map(take) }))
  }
  let ids = 0
  async function open() {
    const mine = []
    hearers.push(mine)
    const others = () => hearers.filter((tab) => tab !== mine).flat()
    const tell = (news) => setTimeout(() => others().forEach((handle) => handle(news)))
    const hear = (handle) => {
      mine.push(handle)
      return () => mine.splice(0)
    }
    const whole = await outboxFor('ann', { locks, tell, hear })
    const outbox = whole.of(PHYSICS)
    const commands = createCommands({ stream: PHYSICS, outbox, newId: () => `id-${++ids}`, now: () => clock.now })
    commands.start()
    const states = () => commands.entries.value.map((entry) => entry.state)
    return { commands, up: () => commands.linkUp(one, many), states, settled: whole.settled }
  }
  const opened = []
  for (let i = 0; i < count; i++) opened.push(await open())
  return { db, vault, server, opened, open }
}
const about = (id) => ({ question_id: id, text: CANARY })

test('a page that dies: each thing done arrives once when a page comes back, in order and in one message', async () => {
  const { db, server, opened, open } = await tabs(1)
  const [first] = opened
  for (const id of ['q1', 'q2', 'q3', 'q4', 'q5']) first.commands.submit('question.relay', about(id))
  assert.equal(first.commands.hasUnkept(), true, 'not before the disk has it')
  await becomes(() => first.commands.hasUnkept(), false)
  first.commands.stop()
  const second = await open()
  await becomes(second.states, Array(5).fill('saved'))
  second.up()
  await becomes(second.states, Array(5).fill('sent'))
  assert.deepEqual(server.batches, [['id-1', 'id-2', 'id-3', 'id-4', 'id-5']])
  second.commands.shownUpTo(5)
  assert.deepEqual(second.states(), [])
  await becomes(() => db.getAll('entries'), [])
})

test('a page that dies before it hears the answer: the next one asks again under the same id', async () => {
  const { server, opened, open } = await tabs(1)
  const [first] = opened
  const dead = []
  first.commands.linkUp((payload) => dead.push(payload.command_id))
  first.commands.submit('question.relay', about('q1'))
  await becomes(() => dead, ['id-1'])
  first.commands.stop()
  const second = await open()
  second.up()
  await becomes(() => server.seen, ['id-1'])
})

test('a batch: what builds on another waits for it, and each result stands for itself', async () => {
  const { server, opened } = await tabs(1)
  const [{ commands, up, states }] = opened
  server.answer = (data) => (data.text === 'bad' ? { ok: false, error: { code: 'not_on_roster' } } : { ok: true, seq: 1 })
  commands.submit('question.relay', about('q1'))
  commands.submit('question.relay', { question_id: 'q2', text: 'bad' })
  commands.submit('question.deliver', { question_id: 'q1' })
  commands.submit('question.relay', about('q3'))
  await becomes(() => commands.hasUnkept(), false)
  up()
  await becomes(states, ['sent', 'refused', 'sent', 'sent'])
  assert.deepEqual(server.batches, [['id-1', 'id-2', 'id-4']])
  assert.deepEqual(server.seen, ['id-1', 'id-2', 'id-4', 'id-3'])
})

test('a refusal survives a reload with its reason; retried, it goes out under the same id', async () => {
  const { db, server, opened, open } = await tabs(1)
  const [first] = opened
  server.answer = () => ({ ok: false, error: { code: 'not_on_roster' } })
  first.commands.submit('question.relay', about('q1'))
  first.up()
  await becomes(first.states, ['refused'])
  await first.settled()
  first.commands.stop()
  const next = await open()
  await becomes(next.states, ['refused'])
  assert.equal(next.commands.entries.value[0].error.code, 'not_on_roster')
  server.answer = () => ({ ok: true, seq: 1 })
  next.up()
  next.commands.submit('question.relay', about('q2'))
  await becomes(next.states, ['refused', 'sent'])
  assert.deepEqual(server.seen, ['id-1', 'id-2'], 'not by itself')
  next.commands.retry('id-1')
  await becomes(next.states, ['sent', 'sent'])
  assert.deepEqual(server.seen, ['id-1', 'id-2', 'id-1'])
  await becomes(() => db.getAll('entries'), [])
})

test('two tabs: one sends, both show it, and the other takes over when the first is gone', async () => {
  const { db, server, opened } = await tabs(2)
  const [first, second] = opened
  first.up()
  second.up()
  second.commands.submit('question.relay', about('q1'))
  await becomes(() => [first.states(), second.states()], [['sent'], ['sent']])
  assert.deepEqual(server.seen, ['id-1'])
  await becomes(() => db.getAll('entries'), [])
  first.commands.stop()
  second.commands.submit('question.relay', about('q2'))
  await becomes(second.states, ['sent', 'sent'])
  assert.deepEqual(server.seen, ['id-1', 'id-2'])
})

test('two tabs: a refusal shows in both, and what one throws away is gone in both', async () => {
  const { server, opened } = await tabs(2)
  const [first, second] = opened
  server.answer = () => ({ ok: false, error: { code: 'not_on_roster' } })
  first.up()
  second.commands.submit('question.relay', about('q1'))
  await becomes(() => [first.states(), second.states()], [['refused'], ['refused']])
  second.commands.take('id-1')
  await becomes(() => [first.states(), second.states()], [[], []])
})

test('a write that fails is called what it is, and goes out all the same', async () => {
  const { db, vault, server, opened } = await tabs(1)
  await vault.choosePin('ann', '2580')
  await vault.lock('ann')
  const [{ commands, up, states }] = opened
  commands.submit('question.relay', about('q1'))
  await becomes(() => commands.entries.value[0].kept, false)
  assert.equal(commands.hasUnkept(), true)
  up()
  await becomes(states, ['sent'])
  assert.deepEqual(server.seen, ['id-1'])
  assert.deepEqual(await db.getAll('entries'), [])
})

test('a batch stays within 100 commands and within the size of a message', async () => {
  const { server, opened } = await tabs(1)
  const [{ commands, up }] = opened
  for (let i = 0; i < 110; i++) commands.submit('question.relay', { question_id: `q${i}`, text: 'short' })
  for (let i = 0; i < 10; i++) commands.submit('question.relay', { question_id: `l${i}`, text: 'µ'.repeat(4_000) })
  await becomes(() => commands.hasUnkept(), false)
  up()
  await becomes(() => server.seen, Array.from({ length: 120 }, (_, i) => `id-${i + 1}`))
  assert.deepEqual(server.batches.map((batch) => batch.length), [100, 15, 5])
})
