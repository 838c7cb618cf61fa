import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as q from '../../client_static/core/questions.js'

const question = (id, more = {}) => ({
  question_id: id, site_id: 'pine', status: 'queued', urgency: 'normal', received_at: 1_000, waiting_since: 1_000, stuck: 0, version: 1,
  order: [1, 1, 0, 1_000], text: id, answers: [], student_id: 's1', claimed_by: null, claimed_at: null, ...more,
})
const answer = (more = {}) => ({ form: 'spoken_to_all', text: null, by: 't', at: 5_000, delivered_at: null, confirmed_at: null, stuck_at: null, ...more })
const ids = (questions) => questions.map((one) => one.question_id)

test('the board follows the order, element by element, and only what waits is on it', () => {
  const questions = [
    question('late', { order: [1, 1, 2, 900] }),
    question('first', { order: [1, 1, 0, 950] }),
    question('claimed', { status: 'claimed', order: [0, 0, 0, 0] }),
    question('stuck', { order: [1, 0, 9, 990] }),
    question('blocking', { order: [0, 1, 9, 999], status: 'seen' }),
  ]
  assert.deepEqual(ids(q.board(questions)), ['blocking', 'stuck', 'first', 'late'])
})

test('equal orders are settled by id, so that no two screens disagree', () => {
  assert.deepEqual(ids(q.board([question('b'), question('a')])), ['a', 'b'])
})

test('a room tells its worst state', () => {
  const room = { site_id: 'pine', waiting: 1, waiting_since: 0 }
  assert.equal(q.roomState(room, [question('a', { urgency: 'blocking' })], 1_000), 'blocking')
  assert.equal(q.roomState(room, [question('a', { urgency: 'blocking', site_id: 'mesa' })], 1_000), 'waiting')
  assert.equal(q.roomState(room, [], q.LONG_WAIT_MS), 'long')
  const state = (...questions) => q.roomState(room, questions, 1_000)
  assert.equal(state(question('a', { status: 'claimed' })), 'inHand', 'nothing of it stands on the board')
  assert.equal(state(question('a', { status: 'answering' }), question('b')), 'waiting')
  assert.equal(state(question('a', { status: 'asked_back' })), 'askedBack')
  const follower = question('a', { status: 'merged', merged_into: 'b' })
  assert.equal(state(follower, question('b', { site_id: 'mesa' })), 'waiting')
  assert.equal(state(follower, question('b', { site_id: 'mesa', status: 'claimed' })), 'inHand')
  assert.equal(q.roomState(room, [question('a', { status: 'claimed' })], q.LONG_WAIT_MS), 'long')
  assert.equal(q.roomState({ ...room, waiting: 0, waiting_since: null }, [], q.LONG_WAIT_MS), 'quiet')
})

test('from other rooms only what carries a text', () => {
  const questions = [question('own'), question('shared', { site_id: 'mesa' }), question('private', { site_id: 'mesa', text: undefined })]
  assert.deepEqual(ids(q.sharedByOthers(questions, ['pine'])), ['shared'])
})

test('who asked last comes first, once', () => {
  const questions = [
    question('1', { received_at: 1, student_id: 'a' }), question('2', { received_at: 2, student_id: 'b' }),
    question('3', { received_at: 3, student_id: 'a' }), question('4', { received_at: 4, student_id: null }),
  ]
  assert.deepEqual(q.recentAskers(questions, 'pine'), ['a', 'b'])
})

