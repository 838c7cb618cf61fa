// Announcements: what a room still has to read out, and what the teacher sees of each room.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { announcedInSight, isUnread, standingOf, toReach, toReadOut } from '../../client_static/core/announcements.js'

const receipt = (site_id, reached_at = null, read_out_at = null) => ({ site_id, reached_at, read_out_at, read_out_by: null })
const told = (announcement_id, at, rooms, withdrawn_at = null) => ({ announcement_id, at, rooms, withdrawn_at, text: 'x' })
const ids = (found) => found.map((one) => one.announcement_id)

test('a room reads out what was addressed to it, the oldest first, and nothing that was withdrawn', () => {
  const all = [
    told('late', 9, [receipt('pine', 10)]),
    told('early', 2, [receipt('pine'), receipt('mesa', 3, 4)]),
    told('done', 3, [receipt('pine', 4, 5)]),
    told('gone', 4, [receipt('pine')], 6),
    told('other', 5, [receipt('mesa')]),
  ]
  assert.deepEqual(ids(toReadOut(all, 'pine')), ['early', 'late'])
  assert.deepEqual(ids(toReach(all, 'pine')), ['early'])
  assert.deepEqual(ids(toReadOut(all, 'elk')), [])
})

test('each room stands where its receipt says', () => {
  const one = told('a', 1, [receipt('elk'), receipt('mesa', 2), receipt('pine', 2, 3)])
  assert.deepEqual(standingOf(one), {
    readOut: 1,
    of: 3,
    open: [
      { site_id: 'elk', state: 'unreached' },
      { site_id: 'mesa', state: 'onTablet' },
    ],
  })
  assert.equal(isUnread(one, []), true)
  assert.equal(isUnread({ ...one, withdrawn_at: 5 }, []), false)
  const absent = ['elk', 'mesa'].map((site_id) => ({ site_id, is_in_class: false }))
  assert.equal(isUnread(one, absent), false)
  assert.equal(isUnread(one, absent.slice(1)), true)
})

test('what every room has read out stays in sight for a minute', () => {
  const open = told('open', 1, [receipt('pine')])
  const done = told('done', 2, [receipt('pine', 3, 100_000)])
  const gone = told('gone', 3, [receipt('pine')], 100_000)
  assert.deepEqual(ids(announcedInSight([open, done, gone], [], 159_000)), ['gone', 'done', 'open'])
  assert.deepEqual(ids(announcedInSight([open, done, gone], [], 160_000)), ['open'])
})
