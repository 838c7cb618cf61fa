// The board of all classes: what is wrong by kind, an order that keeps still, what is news, and how often it is asked for.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { arranged, byKind, isOutOfOrder, newsOf, siteNameOf, toneOf, wordsOf } from '../../client_static/core/live-board.js'
import { wordsOfMark } from '../../client_static/core/marks.js'
import { createRefreshing } from '../../client_static/core/refreshing.js'
import { query, roomPath } from '../../client_static/core/router.js'
import en from '../../client_static/locales/en.js'

const ROOMS = [
  { site_id: 'n', site_name: 'North' },
  { site_id: 's', site_name: 'South' },
]
const concern = (code, site_id = 'n', since = 1) => ({ code, site_id, since })
const course = (id, ...concerns) => ({ id, title: `Class ${id}`, concerns, rooms: ROOMS })

test('each kind of concern stands once, in the server’s order, with its rooms', () => {
  const found = byKind([concern('room_uncovered', 's'), concern('link_lost'), concern('room_uncovered', 'n', 2)])
  assert.deepEqual(found, [
    { code: 'room_uncovered', tone: 'bad', mark: 'bad', places: [{ site_id: 's', since: 1 }, { site_id: 'n', since: 2 }] },
    { code: 'link_lost', tone: 'bad', mark: 'stuck', places: [{ site_id: 'n', since: 1 }] },
  ])
  assert.deepEqual(byKind([]), [])
})

test('a class looks as bad as its worst', () => {
  assert.equal(toneOf(course('a')), 'quiet')
  assert.equal(toneOf(course('a', concern('long_wait'))), 'warn')
  assert.equal(toneOf(course('a', concern('link_lost'), concern('long_wait'))), 'bad')
})

test('every code of the protocol has words, a mark and a tone; one of a later release is shown as it is', () => {
  const protocol = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
  const [, section] = /^## 6\. What is wrong in a class now$(.*)/ms.exec(protocol)
  const rows = section.split('\n').filter((line) => /^\| `/.test(line) && !line.includes('`code`'))
  const codes = rows.flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)`/g)].map(([, code]) => code))
  assert.equal(codes.length, 15)
  for (const code of codes) assert.equal(en[wordsOf(code)] && wordsOf(code), `concern.${code}`)
  assert.equal(wordsOf('roof_leaks'), 'concern.other')
  assert.deepEqual(byKind([concern('roof_leaks')])[0], { code: 'roof_leaks', tone: 'warn', mark: 'warn', places: [{ site_id: 'n', since: 1 }] })
})

test('while somebody is on the list nothing in it moves, what is new comes last, and what is over stays', () => {
  assert.deepEqual(arranged(['a', 'b', 'c'], ['c', 'd', 'a'], true), ['a', 'b', 'c', 'd'])
  assert.deepEqual(arranged(['a', 'b', 'c'], ['c', 'd', 'a'], false), ['c', 'd', 'a'])
  assert.deepEqual(arranged([], ['b', 'a'], true), ['b', 'a'])
  assert.equal(isOutOfOrder(['a', 'b'], ['b', 'a']), true)
  assert.equal(isOutOfOrder(['a', 'b'], ['a']), true)
  assert.equal(isOutOfOrder(['a', 'b'], ['a', 'b']), false)
})

test('what has become bad is news once, and what was so at the first look is none', () => {
  const was = [course('a', concern('link_lost'))]
  assert.deepEqual(newsOf(null, was), [])
  assert.deepEqual(newsOf(was, was), [])
  const now = [course('a', concern('room_uncovered', 's'), concern('link_lost'), concern('long_wait', 's')), course('b', concern('class_late', null))]
  assert.deepEqual(newsOf(was, now), [{ code: 'room_uncovered', title: 'Class a', site: 'South' }])
  assert.equal(siteNameOf(course('a'), null), null)
})

test('all that a room’s timeline may hold has words, and what a later release adds is told as something', () => {
  const protocol = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
  const [, listed] = /`what` is one of `([a-z_\s]+)`/.exec(protocol)
  const kinds = listed.split(/\s+/)
  assert.equal(kinds.length, 16)
  const words = kinds.map((what) => wordsOfMark({ what }))
  assert.deepEqual(words.filter((key) => !(key in en)), [])
  assert.equal(new Set(words).size, kinds.length)
  assert.equal(wordsOfMark({ what: 'roof_left' }), 'watch.something')
})

test('a room’s address is its class’s with the room behind it', () => {
  assert.equal(roomPath('a.b', 'pine ridge'), '/meetings/a.b?room=pine%20ridge')
  assert.equal(query.value.get('room'), null)
})

/** A clock and timers that a test moves, and answers that it gives. */
function world() {
  const timers = []
  let at = 0
  const asked = []
  const held = { isSeen: true }
  const refreshing = createRefreshing({
    load: () => new Promise((answer, fail) => asked.push({ answer, fail })),
    isSeen: () => held.isSeen,
    now: () => at,
    later: (work, wait) => timers.push({ work, wait }) && timers.length,
    cancel: (number) => number && (timers[number - 1].work = null),
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    refreshing,
    asked,
    held,
    timers,
    async tell(value) {
      asked.at(-1).answer(value)
      await settle()
    },
    async fail(code) {
      asked.at(-1).fail({ code })
      await settle()
    },
    pass(millis) {
      at += millis
    },
    waits: () => timers.map(({ wait }) => wait),
  }
}

test('it is asked for every five seconds, and the age counts from the asking', async () => {
  const { refreshing, asked, tell, timers, waits, pass } = world()
  refreshing.start()
  pass(800)
  await tell('one')
  assert.equal(refreshing.value.value, 'one')
  assert.equal(refreshing.askedAt.value, 0)
  assert.deepEqual(waits(), [5_000])
  pass(5_000)
  timers[0].work()
  assert.equal(asked.length, 2)
  await tell('two')
  assert.equal(refreshing.askedAt.value, 5_800)
})

test('a server that fails is asked less and less often, what is known stays, and one answer mends it', async () => {
  const { refreshing, tell, fail, timers, waits } = world()
  refreshing.start()
  await tell('one')
  for (let n = 0; n < 4; n++) {
    timers.at(-1).work()
    await fail('unreachable')
  }
  assert.deepEqual(waits(), [5_000, 10_000, 20_000, 30_000, 30_000])
  assert.equal(refreshing.value.value, 'one')
  assert.equal(refreshing.error.value.code, 'unreachable')
  timers.at(-1).work()
  await tell('two')
  assert.equal(refreshing.error.value, null)
  assert.equal(waits().at(-1), 5_000)
})

test('a page that nobody sees does not ask, and asks at once when it is looked at', async () => {
  const { refreshing, asked, tell, held, timers } = world()
  refreshing.start()
  held.isSeen = false
  await tell('one')
  assert.equal(timers.length, 0)
  refreshing.look()
  assert.equal(asked.length, 1)
  held.isSeen = true
  refreshing.look()
  assert.equal(asked.length, 2)
  refreshing.look()
  assert.equal(asked.length, 2, 'one question at a time')
  await tell('two')
  held.isSeen = false
  timers[0].work()
  assert.equal(asked.length, 2, 'nor when its time comes while it is hidden')
  held.isSeen = true
  refreshing.look()
  assert.equal(asked.length, 3)
})

test('what was stopped takes no answer and asks no more', async () => {
  const { refreshing, asked, tell, timers } = world()
  refreshing.start()
  refreshing.stop()
  await tell('late')
  assert.equal(refreshing.value.value, null)
  assert.equal(timers.length, 0)
  refreshing.read()
  assert.equal(asked.length, 1)
})
