// The question in the panel while the board changes under it; undo; likenesses; what is said aloud.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { signal } from '../../client_static/node_modules/@preact/signals-core/dist/signals-core.mjs'
import { createDesk } from '../../client_static/core/desk.js'
import { createLikenesses } from '../../client_static/core/likenesses.js'
import { namesOf } from '../../client_static/core/names.js'
import { glance, newsSince } from '../../client_static/core/news.js'
import { createUndo, stepsBack, stillStands } from '../../client_static/core/undo.js'
import { question } from './questions.mjs'

const waiting = (id, turn, more = {}) => question(id, { order: [1, 1, turn, 0], ...more })
const mine = { status: 'claimed', claimed_by: 'me', claimed_at: 1 }

function deskOf(...questions) {
  const held = signal(questions)
  const desk = createDesk({ questions: held, pairs: signal([]), personId: 'me' })
  return {
    desk,
    now: () => desk.current.value?.question_id ?? null,
    change(id, more) {
      held.value = held.value.map((one) => (one.question_id === id ? { ...one, ...more } : one))
    },
    add: (one) => (held.value = [...held.value, one]),
    drop: (id) => (held.value = held.value.filter((one) => one.question_id !== id)),
  }
}

test('what jumps the queue does not slip under the finger', () => {
  const { now, add } = deskOf(waiting('a', 1), waiting('b', 2))
  assert.equal(now(), 'a')
  add(question('blocking', { order: [0, 1, 0, 0] }))
  assert.equal(now(), 'a')
})

test('an answer to what nobody has claimed asks for the claim, until it is claimed or left', () => {
  const { desk, change } = deskOf(waiting('a', 1), waiting('b', 2))
  const asks = () => ['a', 'b'].filter((id) => desk.isToClaim(desk.view(id)))
  assert.deepEqual(asks(), [])
  desk.askToClaim()
  assert.deepEqual(asks(), ['a'])
  desk.choose('b')
  assert.deepEqual(asks(), [])
  desk.askToClaim()
  change('b', mine)
  assert.deepEqual(asks(), [])
})

test('what goes leaves its place to the next one', () => {
  const { desk, now, change, drop } = deskOf(waiting('a', 1), waiting('b', 2), waiting('c', 3))
  desk.choose('b')
  change('b', { status: 'deferred', due_at: 9 })
  assert.equal(now(), 'c')
  drop('c')
  assert.equal(now(), 'a')
  drop('a')
  assert.equal(now(), null)
})

test('what is claimed stays in the panel, and what was put aside can be chosen', () => {
  const { desk, now, change } = deskOf(waiting('a', 1), waiting('b', 2), question('owed', { status: 'deferred', due_at: 9 }))
  desk.choose('b')
  change('b', mine)
  assert.equal(now(), 'b')
  desk.choose('owed')
  assert.equal(now(), 'owed')
  change('owed', { status: 'answered' })
  assert.equal(now(), 'b')
})

test('the reading goes on where it stopped', () => {
  const { desk, now, change } = deskOf(waiting('a', 1), waiting('b', 2), waiting('c', 3))
  desk.choose('b')
  change('b', mine)
  assert.equal(desk.stepped(1).question_id, 'c')
  desk.choose('c')
  assert.equal(desk.stepped(1).question_id, 'c')
  assert.equal(desk.stepped(-1).question_id, 'a')
  assert.equal(now(), 'c')
})

test('keys turn among those in hand, round and round', () => {
  const { desk, now } = deskOf(waiting('a', 1), waiting('b', 2, mine), waiting('c', 3, { ...mine, claimed_at: 2 }))
  const turn = (by) => (desk.choose(desk.turned(by).question_id), now())
  desk.choose('a')
  assert.deepEqual([turn(1), turn(1), turn(1), turn(-1)], ['b', 'c', 'b', 'c'])
})

test('what is taken back is looked at as soon as it waits again', () => {
  const { desk, now, change } = deskOf(waiting('a', 1), waiting('b', 2, { status: 'merged', merged_into: 'a' }))
  desk.await('b')
  assert.equal(now(), 'a')
  change('b', { status: 'seen', merged_into: null })
  assert.equal(now(), 'b')
})

// ── Undo ────────────────────────────────────────────────────────────────────────────────────────────────────────────

test('each undo restores what was there, and an answer has none', () => {
  const before = question('q', { status: 'seen' })
  assert.deepEqual(stepsBack('question.claim', before), [['question.release', { question_id: 'q' }]])
  assert.deepEqual(stepsBack('question.merge', before), [['question.unmerge', { question_id: 'q' }]])
  assert.deepEqual(stepsBack('question.merge', { ...before, status: 'claimed' }, true, ['f']), [
    ['question.unmerge', { question_id: 'q' }],
    ['question.unmerge', { question_id: 'f' }],
    ['question.merge', { question_id: 'f', into: 'q' }],
    ['question.claim', { question_id: 'q' }],
  ])
  assert.deepEqual(stepsBack('question.defer', { ...before, status: 'answering' }, true), [
    ['question.reopen', { question_id: 'q' }],
    ['question.begin', { question_id: 'q' }],
  ])
  assert.equal(stepsBack('question.defer', { ...before, status: 'asked_back' }), null)
  assert.equal(stepsBack('question.answer', before), null)
})

test('undo is offered once the server has it, for ten seconds, longer under the hand, and once', () => {
  let pass
  const undo = createUndo({ every: (run) => ((pass = run), 1), stop: () => {} })
  const entry = { command_id: 'c1', state: 'sending' }
  undo.expect('c1', 'question.merge', 'q', [['question.unmerge', {}]])
  assert.equal(undo.settle([entry]), null)
  assert.equal(undo.settle([{ ...entry, state: 'sent' }]), null)
  assert.equal(undo.settle([]).word, 'merged')
  assert.equal(undo.offer.value.left, 10)
  pass()
  undo.hold(true)
  pass()
  assert.equal(undo.offer.value.left, 9)
  undo.hold(false)
  for (let n = 0; n < 9; n++) pass()
  assert.equal(undo.offer.value, null)
  assert.equal(undo.take(), null)
})

test('what was refused has no undo, nor has what somebody went on with', () => {
  const undo = createUndo({ every: () => 1, stop: () => {} })
  undo.expect('c1', 'question.claim', 'q', [['question.release', {}]])
  assert.equal(undo.settle([{ command_id: 'c1', state: 'refused' }]), null)
  assert.equal(undo.settle([]), null)
  const done = { word: 'deferred' }
  assert.equal(stillStands(done, question('q', { status: 'deferred' }), true), true)
  assert.equal(stillStands(done, question('q', { status: 'deferred' }), false), false)
  assert.equal(stillStands(done, question('q', { status: 'answered' }), true), false)
  assert.equal(stillStands(done, null, true), false)
})

// ── Hints and news ──────────────────────────────────────────────────────────────────────────────────────────────────

test('likenesses are read once the board rests, and a failure shows nothing', async () => {
  const timers = []
  const answers = [async () => ({ pairs: ['one'] }), async () => Promise.reject(new Error('no'))]
  const hints = createLikenesses('m', { read: () => answers.shift()(), later: (run) => timers.push(run), cancel: () => timers.pop() })
  hints.follow('a')
  hints.follow('a b')
  hints.follow('a b')
  assert.equal(timers.length, 1)
  await timers.pop()()
  assert.deepEqual(hints.pairs.value, ['one'])
  hints.follow('b')
  await timers.pop()()
  assert.deepEqual(hints.pairs.value, ['one'])
  assert.equal(timers.length, 1)
})

test('a teacher hears what is new, what came back, and who is ready', () => {
  const names = namesOf({ sites: [{ site_id: 'pine', name: 'Pine Ridge' }], people: [], students: [{ student_id: 's1', initials: 'A. B.' }] })
  const before = [question('a'), question('b', { status: 'asked_back' }), question('c', mine), question('d', { status: 'declined' })]
  const after = [
    question('a', { stuck: 1 }),
    question('b', { status: 'seen', restated: 1 }),
    question('c', { status: 'withdrawn' }),
    question('d', { appeal: { note: 'x', at: 1 } }),
    question('e'),
    question('f', { status: 'deferred' }),
  ]
  const call = { call_id: 'k', student_id: 's1', site_id: 'pine', status: 'called' }
  assert.deepEqual(newsSince(glance(before, [call], [], 0), after, [{ ...call, status: 'ready' }], names, 'me', [], 0), [
    'New question from Pine Ridge.',
    'Pine Ridge: still stuck.',
    'Pine Ridge has repeated its question.',
    'Pine Ridge has withdrawn the question you had in hand.',
    'Pine Ridge objects to a declined question.',
    'A. B. at Pine Ridge is ready.',
  ])
  assert.deepEqual(newsSince(glance(after, [], [], 0), after, [], names, 'me', [], 0), [])
})
