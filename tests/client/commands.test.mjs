import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createCommands, pendingOn } from '../../client_static/core/commands.js'
import { stillMeant } from '../../client_static/core/questions.js'

/** Commands over a hand-worked link: what was emitted, the answers still owed, and timers that fire when told to. */
function bench(options = {}) {
  const sent = []
  const timers = []
  let n = 0
  const commands = createCommands({
    stream: 'meeting:physics',
    newId: () => `id-${++n}`,
    later: (run, millis) => timers.push({ run, millis }),
    ...options,
  })
  const emit = (payload, answered) => sent.push({ ...payload, answered })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    commands,
    sent,
    timers,
    settle,
    up: () => commands.linkUp(emit),
    answer: (index, reply) => sent[index].answered(null, reply),
    fire: () => timers.splice(0).forEach((timer) => timer.run()),
    states: () => commands.entries.value.map((entry) => entry.state),
    names: () => sent.map((one) => one.name),
  }
}
const about = (id, more = {}) => ({ question_id: id, ...more })

test('nothing is sent without a link, and all of it in order once there is one', async () => {
  const b = bench()
  b.commands.submit('question.relay', about('q1'))
  b.commands.submit('question.relay', about('q2'))
  await b.settle()
  assert.deepEqual(b.states(), ['saved', 'saved'])
  assert.deepEqual(b.sent, [])
  b.up()
  assert.deepEqual(b.sent.map((one) => one.data.question_id), ['q1', 'q2'])
  assert.deepEqual(b.states(), ['sending', 'sending'])
})

test('a command is sent only after the acknowledgement, and leaves once the screen shows it', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.claim', about('q1'))
  await b.settle()
  assert.deepEqual(b.states(), ['sending'])
  b.answer(0, { ok: true, seq: 7 })
  assert.deepEqual(b.states(), ['sent'])
  b.commands.shownUpTo(6)
  assert.deepEqual(b.states(), ['sent'])
  b.commands.shownUpTo(7)
  assert.deepEqual(b.states(), [])
})

test('an acknowledgement that comes after its change leaves nothing behind', async () => {
  const b = bench({ shownSeq: () => 7 })
  b.up()
  b.commands.submit('question.claim', about('q1'))
  await b.settle()
  b.answer(0, { ok: true, seq: 7 })
  assert.deepEqual(b.states(), [])
})

test('a lost link resends with the same ids, in order; the acknowledged are not sent again', async () => {
  const b = bench()
  b.up()
  for (const id of ['q1', 'q2', 'q3']) b.commands.submit('question.relay', about(id))
  await b.settle()
  b.answer(1, { ok: true, seq: 2 })
  b.commands.linkDown()
  assert.deepEqual(b.states(), ['saved', 'sent', 'saved'])
  b.up()
  assert.deepEqual(b.sent.slice(3).map((one) => one.command_id), ['id-1', 'id-3'])
})

test('an answer that belongs to the link before is not taken for one of this link', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.claim', about('q1'))
  await b.settle()
  b.commands.linkDown()
  b.up()
  b.answer(0, { ok: false, error: { code: 'wrong_state' } })
  assert.deepEqual(b.states(), ['sending'])
  b.answer(1, { ok: true, seq: 1 })
  assert.deepEqual(b.states(), ['sent'])
})

test('commands on one question wait for each other, those on another do not', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.claim', about('q1'))
  b.commands.submit('question.answer', about('q1'))
  b.commands.submit('question.claim', about('q2'))
  await b.settle()
  assert.deepEqual(b.names(), ['question.claim', 'question.claim'])
  b.answer(0, { ok: true, seq: 1 })
  assert.deepEqual(b.names(), ['question.claim', 'question.claim', 'question.answer'])
})

test('busy is tried again by itself, later and later, with the same id', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.claim', about('q1'))
  await b.settle()
  const waits = []
  for (let i = 0; i < 5; i++) {
    b.answer(i, { ok: false, error: { code: 'busy', message: 'busy' } })
    assert.deepEqual(b.states(), ['sending'])
    waits.push(b.timers[0].millis)
    b.fire()
  }
  assert.deepEqual(waits, [400, 1000, 2000, 5000, 5000])
  assert.deepEqual(new Set(b.sent.map((one) => one.command_id)), new Set(['id-1']))
})

test('no answer in time: sent again with the same id', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.claim', about('q1'))
  await b.settle()
  b.sent[0].answered(new Error('operation has timed out'))
  b.fire()
  assert.deepEqual(b.sent.map((one) => one.command_id), ['id-1', 'id-1'])
})

test('a refusal keeps the words and the reason; retry sends the same again', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.relay', about('q1', { text: 'why?' }))
  await b.settle()
  b.answer(0, { ok: false, error: { code: 'not_on_roster', message: '…', field: 'student_id' } })
  assert.deepEqual(b.states(), ['refused'])
  assert.equal(pendingOn(b.commands.entries.value, 'q1').error.code, 'not_on_roster')
  b.commands.retry('id-1')
  assert.deepEqual(b.states(), ['sending'])
  assert.equal(b.sent[1].command_id, 'id-1')
})

test('a refused command can be taken back to be edited; one under way cannot', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.relay', about('q1', { text: 'why?' }))
  await b.settle()
  assert.equal(b.commands.take('id-1'), null)
  b.answer(0, { ok: false, error: { code: 'meeting_ended' } })
  assert.equal(b.commands.take('id-1').data.text, 'why?')
  assert.deepEqual(b.states(), [])
})

test('a fault of the server is tried three times, then shown', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.claim', about('q1'))
  await b.settle()
  for (let i = 0; i < 3; i++) {
    b.answer(i, { ok: false, error: { code: 'internal' } })
    b.fire()
  }
  assert.deepEqual(b.states(), ['refused'])
})

test('signed out: the command waits for whoever signs in again', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.claim', about('q1'))
  await b.settle()
  b.answer(0, { ok: false, error: { code: 'not_signed_in' } })
  b.commands.linkDown()
  assert.deepEqual(b.states(), ['saved'])
  assert.equal(b.commands.unsent(), 1)
  assert.equal(b.commands.hasUnkept(), true)
})

test('what the page says by itself leaves no trace when it is refused', async () => {
  const b = bench()
  b.up()
  b.commands.submit('question.see', about('q1'), { silent: true })
  await b.settle()
  b.answer(0, { ok: false, error: { code: 'unknown_question' } })
  assert.deepEqual(b.states(), [])
})

const answered = { question_id: 'q1', status: 'delivered', version: 6, answers: [{}] }

test('stale, and the person still means the same answer: another command, with an id and a version of its own', async () => {
  const b = bench({ refresh: (entry) => stillMeant(entry, answered) })
  b.up()
  b.commands.submit('question.confirm', about('q1', { version: 5 }), { answers: 1 })
  await b.settle()
  b.answer(0, { ok: false, error: { code: 'stale_version' } })
  b.fire()
  await b.settle()
  assert.deepEqual([b.sent[1].command_id, b.sent[1].data.version], ['id-2', 6])
})

test('stale, and it has been answered again since: the person must look', async () => {
  const b = bench({ refresh: (entry) => stillMeant(entry, { ...answered, answers: [{}, {}] }) })
  b.up()
  b.commands.submit('question.confirm', about('q1', { version: 5 }), { answers: 1 })
  await b.settle()
  b.answer(0, { ok: false, error: { code: 'stale_version' } })
  b.fire()
  assert.deepEqual(b.states(), ['refused'])
  assert.equal(b.sent.length, 1)
})

test('the outbox holds a command from before it is sent until it is settled', async () => {
  const kept = new Set()
  const outbox = { keep: async (entry) => kept.add(entry.command_id), drop: async (id) => kept.delete(id) }
  const b = bench({ outbox })
  b.up()
  b.commands.submit('question.claim', about('q1'))
  assert.deepEqual(b.sent, [], 'kept first, sent second')
  await b.settle()
  assert.deepEqual([...kept], ['id-1'])
  b.answer(0, { ok: true, seq: 1 })
  assert.deepEqual([...kept], [])
})
