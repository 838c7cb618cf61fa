import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as rec from '../../client_static/core/record.js'

const STREAM = 'meeting:physics'
const set = (id, value) => ({ kind: 'question', id, value })
const frame = (after, seq, changes = [], epoch = 'e1') => ({ stream: STREAM, epoch, after, seq, changes })
const joinedAt = (seq, snapshot = []) =>
  rec.joined(rec.emptyRecord(STREAM), { epoch: 'e1', seq, audience: 'teacher', snapshot })
const ids = (record) => rec.valuesOf(record, 'question').map((value) => value.n)

test('a snapshot replaces everything that was held', () => {
  const before = joinedAt(3, [set('a', { n: 1 }), set('b', { n: 2 })])
  const after = rec.joined(rec.joining(before), { epoch: 'e1', seq: 9, audience: 'teacher', snapshot: [set('c', { n: 3 })] })
  assert.deepEqual(ids(after), [3])
  assert.equal(after.last, 9)
})

test('a resume upserts, and null takes away', () => {
  const before = joinedAt(3, [set('a', { n: 1 }), set('b', { n: 2 })])
  const reply = { epoch: 'e1', seq: 5, audience: 'teacher', changes: [set('a', null), set('b', { n: 7 })] }
  const after = rec.joined(rec.joining(before), reply)
  assert.deepEqual(ids(after), [7])
  assert.equal(after.last, 5)
})

test('a frame that fits is applied; the record before it is untouched', () => {
  const before = joinedAt(3, [set('a', { n: 1 })])
  const after = rec.received(before, frame(3, 5, [set('a', { n: 2 }), set('b', { n: 3 })]))
  assert.deepEqual(ids(after), [2, 3])
  assert.equal(after.last, 5)
  assert.deepEqual(ids(before), [1])
})

test('a frame that overlaps what is held is applied: after ≤ last < seq', () => {
  const after = rec.received(joinedAt(4), frame(2, 6, [set('a', { n: 1 })]))
  assert.equal(after.last, 6)
  assert.deepEqual(ids(after), [1])
})

test('a duplicate and an older frame change nothing', () => {
  const before = joinedAt(5, [set('a', { n: 1 })])
  assert.equal(rec.received(before, frame(4, 5, [set('a', { n: 0 })])), before)
  assert.equal(rec.received(before, frame(1, 3, [set('a', { n: 0 })])), before)
})

test('an empty frame moves the seq: what is hidden is not taken for loss', () => {
  const after = rec.received(joinedAt(5), frame(5, 6))
  assert.equal(after.last, 6)
  assert.equal(rec.isBehind(after), false)
})

test('frames out of order are held, and applied in order once the missing one comes', () => {
  let record = rec.received(joinedAt(1), frame(3, 4, [set('a', { n: 4 })]))
  record = rec.received(record, frame(2, 3, [set('a', { n: 3 })]))
  assert.equal(record.last, 1)
  assert.equal(rec.isBehind(record), true)
  record = rec.received(record, frame(1, 2, [set('a', { n: 2 })]))
  assert.equal(record.last, 4)
  assert.deepEqual(ids(record), [4])
  assert.equal(rec.isBehind(record), false)
})

test('a gap that stays is filled by the reply to join, and what was held then follows', () => {
  let record = rec.received(joinedAt(1), frame(4, 5, [set('a', { n: 5 })]))
  record = rec.joining(record)
  record = rec.received(record, frame(5, 6, [set('b', { n: 6 })]))
  assert.equal(record.last, 1, 'nothing is applied between join and its reply')
  record = rec.joined(record, { epoch: 'e1', seq: 4, audience: 'teacher', changes: [set('a', { n: 4 })] })
  assert.equal(record.last, 6)
  assert.deepEqual(ids(record), [5, 6])
})

test('frames before the first reply are kept, and dropped where the snapshot already holds them', () => {
  let record = rec.received(rec.emptyRecord(STREAM), frame(7, 8, [set('old', { n: 8 })]))
  record = rec.received(record, frame(9, 10, [set('new', { n: 10 })]))
  record = rec.joined(record, { epoch: 'e1', seq: 9, audience: 'teacher', snapshot: [set('x', { n: 9 })] })
  assert.deepEqual(ids(record), [9, 10])
  assert.equal(record.last, 10)
})

test('another epoch voids what is held: the next join asks for a snapshot, the old stays on the screen until then', () => {
  const before = joinedAt(5, [set('a', { n: 1 })])
  const after = rec.received(before, frame(5, 6, [set('a', { n: 2 })], 'e2'))
  assert.equal(rec.isVoid(after), true)
  assert.equal(rec.since(after), undefined)
  assert.deepEqual(ids(after), [1])
  const whole = rec.joined(rec.joining(after), { epoch: 'e2', seq: 2, audience: 'teacher', snapshot: [set('z', { n: 9 })] })
  assert.deepEqual(ids(whole), [9])
  assert.equal(whole.last, 2)
})

test('frames of an old epoch that were kept do not survive a join into a new one', () => {
  let record = rec.received(rec.joining(joinedAt(5)), frame(6, 7, [set('a', { n: 7 })]))
  record = rec.joined(record, { epoch: 'e2', seq: 6, audience: 'teacher', snapshot: [] })
  assert.equal(record.last, 6)
  assert.deepEqual(ids(record), [])
})

test('a head beyond what is held means that something is missing; the frame that brings it heals', () => {
  let record = rec.headSeen(joinedAt(5), { stream: STREAM, epoch: 'e1', seq: 7 })
  assert.equal(rec.isBehind(record), true)
  record = rec.received(record, frame(5, 7))
  assert.equal(rec.isBehind(record), false)
})

test('a head that is no news changes nothing; one of another epoch voids', () => {
  const record = joinedAt(5)
  assert.equal(rec.headSeen(record, { epoch: 'e1', seq: 5 }), record)
  assert.equal(rec.isVoid(rec.headSeen(record, { epoch: 'e2', seq: 5 })), true)
})

test('since tells epoch, seq and audience, and nothing before the first reply', () => {
  assert.equal(rec.since(rec.emptyRecord(STREAM)), undefined)
  assert.deepEqual(rec.since(joinedAt(5)), { epoch: 'e1', seq: 5, audience: 'teacher' })
})

test('any order and repetition of frames leads to the same record', () => {
  const frames = Array.from({ length: 12 }, (_, i) => frame(i, i + 1, [set(`q${i % 4}`, { n: i }), set('last', { n: i })]))
  const straight = frames.reduce(rec.received, joinedAt(0))
  for (let run = 0; run < 200; run++) {
    const shuffled = [...frames, ...frames.slice(run % 12)].sort(() => Math.random() - 0.5)
    const record = shuffled.reduce(rec.received, joinedAt(0))
    assert.deepEqual(new Map([...record.values].sort()), new Map([...straight.values].sort()))
    assert.equal(record.last, 12)
    assert.equal(rec.isBehind(record), false)
  }
})
