// The teacher's readings: lanes, groups, what may be merged, what is suggested, what the end leaves open; the way back.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as b from '../../client_static/core/board.js'
import * as way from '../../client_static/core/way-back.js'
import { answer, ids, question } from './questions.mjs'

test('each question is in the lane of its state, each lane in its order', () => {
  const lanes = b.lanesOf(
    [
      question('late', { order: [1, 1, 2, 900] }),
      question('first', { order: [1, 1, 0, 950], status: 'seen' }),
      question('mine later', { status: 'answering', claimed_by: 'me', claimed_at: 9 }),
      question('mine', { status: 'claimed', claimed_by: 'me', claimed_at: 2 }),
      question('theirs', { status: 'answering', claimed_by: 'you', claimed_at: 1 }),
      question('asked', { status: 'asked_back', asked_back: { at: 5, note: null } }),
      question('due', { status: 'deferred', due_at: 9 }),
      question('due first', { status: 'deferred', due_at: 3 }),
      question('follows', { status: 'merged', merged_into: 'first' }),
      question('gone', { status: 'withdrawn' }),
    ],
    'me',
  )
  const named = Object.fromEntries(Object.entries(lanes).map(([name, lane]) => [name, ids(lane)]))
  assert.deepEqual(named, {
    waiting: ['first', 'late'],
    mine: ['mine', 'mine later'],
    others: ['theirs'],
    askedBack: ['asked'],
    deferred: ['due first', 'due'],
  })
})

test('a lead has those that follow it now, and no longer those that were answered with it', () => {
  const groups = b.groupsOf([
    question('lead'),
    question('b', { status: 'merged', merged_into: 'lead', order: [1, 1, 2, 0] }),
    question('a', { status: 'merged', merged_into: 'lead', order: [1, 1, 1, 0] }),
    question('done', { status: 'delivered', merged_into: 'lead' }),
  ])
  assert.deepEqual([...groups].map(([id, group]) => [id, ids(group)]), [['lead', ['a', 'b']]])
})

test('what may be merged with what: a private one takes only its own room’s private ones', () => {
  const open = question('open', { shareable: true, site_id: 'mesa' })
  const shut = question('shut', { site_id: 'pine' })
  const ours = question('ours', { site_id: 'pine' })
  const theirs = question('theirs', { status: 'claimed', claimed_by: 'you', site_id: 'mesa', shareable: true })
  const all = [open, shut, ours, theirs, question('deferred', { status: 'deferred', shareable: true })]
  const found = (one) => b.partnersOf(one, all, 'me').map(({ question: q, into }) => `${q.question_id} → ${into.question_id}`)
  assert.deepEqual(found(shut), ['shut → open', 'shut → ours', 'shut → theirs'])
  // A private one cannot lead it, so it leads; what a colleague has claimed stays with them, but may lead.
  assert.deepEqual(found(open), ['ours → open', 'shut → open', 'open → theirs'])
  assert.deepEqual(found(theirs), ['open → theirs', 'ours → theirs', 'shut → theirs'])
})

test('a suggestion that the record has overtaken is none', () => {
  const pairs = [
    { question_ids: ['a', 'b'], into: 'a', likeness: 99 },
    { question_ids: ['b', 'c'], into: 'c', likeness: 90 },
    { question_ids: ['d', 'e'], into: 'd', likeness: 90 },
  ]
  const questions = [question('a'), question('b'), question('c'), question('d'), question('e', { status: 'answered' })]
  const found = b.suggestionsOf(pairs, questions, 'me')
  const told = [...found].map(([id, { question: q, into }]) => [id, q.question_id, into.question_id])
  assert.deepEqual(told, [['a', 'b', 'a'], ['b', 'b', 'a'], ['c', 'b', 'c']])
})

test('the end of class leaves what the board shows as waiting, claimed or asked back', () => {
  const states = ['queued', 'seen', 'claimed', 'answering', 'asked_back', 'merged', 'deferred', 'answered', 'withdrawn']
  const left = b.leftovers(states.map((status) => question(status, { status })))
  assert.deepEqual(ids(left).sort(), ['answering', 'asked_back', 'claimed', 'queued', 'seen'])
})

test('what is put off is due when its room says, else a day after the class', () => {
  const meeting = { ends_at: 1_000 }
  assert.equal(b.dueOf({ due_by: 5_000 }, meeting, 500), 5_000)
  assert.equal(b.dueOf({ due_by: 400 }, meeting, 500), 1_000 + 86_400_000)
  assert.equal(b.dueOf({ due_by: null }, meeting, 2_000), 2_000 + 86_400_000)
})

test('first words are whole words', () => {
  assert.equal(b.firstWords('Short one'), 'Short one')
  assert.equal(b.firstWords('Why does the normal force,\nnot cancel gravity?', 26), 'Why does the normal force…')
  assert.equal(b.firstWords('x'.repeat(50), 10), `${'x'.repeat(10)}…`)
})

test('where a way back stands', () => {
  const states = [
    [{ status: 'answered', answers: [answer()] }, 'answered'],
    [{ status: 'delivered', answers: [answer({ delivered_at: 1 })] }, 'delivered'],
    [{ status: 'confirmed', answers: [answer({ confirmed_at: 2 })] }, 'confirmed'],
    [{ status: 'seen', answers: [answer({ stuck_at: 2 })] }, 'stuck'],
    [{ status: 'cannot_find', answers: [answer()] }, 'cannot_find'],
    [{ status: 'closed', closed_reason: 'not_found', answers: [answer()] }, 'not_found'],
    [{ status: 'declined', declined: { acknowledged_at: null } }, 'declined'],
    [{ status: 'declined', declined: { acknowledged_at: 3 } }, 'acknowledged'],
    [{ status: 'seen' }, null],
    [{ status: 'deferred' }, null],
  ]
  for (const [more, state] of states) assert.equal(way.returnState(question('q', more)), state, JSON.stringify(more))
})

test('an answer stays in sight until it is settled, and a moment longer', () => {
  const back = [
    question('answered', { status: 'answered', answers: [answer({ at: 1 })] }),
    question('delivered', { status: 'delivered', answers: [answer({ at: 2, delivered_at: 3 })] }),
    question('confirmed', { status: 'confirmed', answers: [answer({ at: 3, confirmed_at: 100_000 })] }),
    question('stuck', { stuck: 1, answers: [answer({ at: 4, stuck_at: 100_000 })] }),
    question('never answered'),
  ]
  const shown = (now) => way.returnsOf(back, now).map((one) => one.id)
  assert.deepEqual(shown(100_000 + way.SETTLED_IN_SIGHT_MS - 1), ['stuck', 'confirmed', 'delivered', 'answered'])
  assert.deepEqual(shown(100_000 + way.SETTLED_IN_SIGHT_MS), ['delivered', 'answered'])
})

test('what one answer settled stands together, the lead first, each with its own delivery', () => {
  const given = { answers: [answer({ at: 5 })] }
  const [group] = way.returnsOf(
    [
      question('a', { status: 'delivered', merged_into: 'lead', order: [0, 0, 0, 0], ...given }),
      question('lead', { status: 'answered', ...given }),
    ],
    10,
  )
  assert.deepEqual(ids(group.members), ['lead', 'a'])
})
