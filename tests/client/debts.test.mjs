// What is owed from past classes: whose turn it is, and what has become late.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { debtsOf } from '../../client_static/core/debts.js'

const one = (question_id, part, what, due_at = 2_000) => ({ question_id, part, what, due_at })
const ids = (debts) => debts.map((debt) => debt.question_id)

test('the teacher answers; the room brings and takes note', () => {
  const { mine, others, escalated } = debtsOf({
    now: 1_000,
    owed: [
      one('a', 'teacher', 'answer'),
      one('b', 'teacher', 'bring'),
      one('c', 'supervisor', 'answer'),
      one('d', 'supervisor', 'bring'),
      one('e', 'supervisor', 'acknowledge'),
    ],
  })
  assert.deepEqual(ids(mine), ['a', 'd', 'e'])
  assert.deepEqual(ids(others), ['b', 'c'])
  assert.deepEqual(escalated, [])
})

test('the coordinator has before them what is late, from the moment it was due', () => {
  const owed = [one('late', 'coordinator', 'answer', 999), one('due', 'coordinator', 'bring', 1_000), one('not yet', 'coordinator', 'answer', 1_001)]
  const { mine, others, escalated } = debtsOf({ now: 1_000, owed })
  assert.deepEqual(ids(escalated), ['late', 'due'])
  assert.deepEqual(escalated.map((debt) => debt.isLate), [true, true])
  assert.deepEqual(ids(others), ['not yet'])
  assert.deepEqual(mine, [])
})
