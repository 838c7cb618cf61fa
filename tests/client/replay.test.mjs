// A class read again: what was on the screen after any number of steps, in whatever order one asks.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { valueOf, valuesOf } from '../../client_static/core/record.js'
import { createReplay, firstStep } from '../../client_static/core/replay.js'

const change = (id, value) => ({ kind: 'question', id, value })
/** 170 steps: each sets a question of its own, and every third takes the one before it away. */
const STEPS = Array.from({ length: 170 }, (_, i) => ({
  seq: i + 1,
  at: 1_000 * i,
  name: i === 2 ? 'meeting.started' : 'question.relayed',
  changes: [change(`q${i}`, { n: i }), ...(i % 3 === 2 ? [change(`q${i - 1}`, null)] : [])],
}))
const ids = (record) => valuesOf(record, 'question').map((one) => one.n)
const expected = (n) =>
  Array.from({ length: n }, (_, i) => i).filter((i) => !(i % 3 === 1 && i + 1 < n))

test('any moment, in any order, is what the steps until then come to', () => {
  const replay = createReplay(STEPS)
  for (const n of [170, 3, 0, 51, 50, 49, 100, 169, 1, 101, 170]) assert.deepEqual(ids(replay.at(n)), expected(n), `${n}`)
})

test('a moment is held by nobody else: the next one does not change it', () => {
  const replay = createReplay(STEPS)
  const early = replay.at(2)
  replay.at(3)
  assert.deepEqual(valueOf(early, 'question', 'q1'), { n: 1 })
})

test('beyond the ends there is the first and the last moment', () => {
  const replay = createReplay(STEPS)
  assert.deepEqual(ids(replay.at(-5)), [])
  assert.deepEqual(ids(replay.at(9_999)), expected(170))
})

test('a replay begins with the lobby, or the start of the class, or has nothing before its end', () => {
  assert.equal(firstStep(STEPS), 3)
  assert.equal(firstStep(STEPS.with(1, { ...STEPS[1], name: 'meeting.lobby_opened' })), 2)
  assert.equal(firstStep(STEPS.slice(0, 2)), 2)
})
