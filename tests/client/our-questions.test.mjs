// What a room has to do, what is under way, what is over; and each state as the sentence that is shown.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'

import { isLong } from '../../client_static/components/long-text.js'
import { sharedWords } from '../../client_static/components/shared-question.js'
import * as our from '../../client_static/core/our-questions.js'
import { stillMeant } from '../../client_static/core/questions.js'
import { storyOf } from '../../client_static/core/story.js'
import { language, t } from '../../client_static/core/text.js'
import { asDue } from '../../client_static/core/time.js'

afterEach(() => (language.value = 'en'))

const answer = (more = {}) => ({ form: 'spoken_to_all', text: null, by: 't', at: 5_000, delivered_at: null, confirmed_at: null, stuck_at: null, ...more })
const question = (id, more = {}) => ({
  question_id: id, site_id: 'pine', status: 'queued', urgency: 'normal', received_at: 1_000, waiting_since: 1_000, stuck: 0, version: 1,
  order: [1, 1, 0, 1_000], text: id, answers: [], student_id: 's1', seen_at: null, due_at: null, restated: 0, closed_reason: null,
  asked_back: null, declined: null, appeal: null, merged_into: null, is_together: false, ...more,
})
const declined = (more = {}) => ({ reason: 'off_topic', note: null, at: 3_000, acknowledged_at: null, ...more })
const ids = (questions) => questions.map((one) => one.question_id)

const CLASS = [
  question('waits', { received_at: 10 }),
  question('newest', { received_at: 90 }),
  question('answered', { status: 'answered', answers: [answer({ at: 400 })] }),
  question('answered first', { status: 'answered', answers: [answer({ at: 300 })] }),
  question('delivered', { status: 'delivered', answers: [answer({ at: 100, delivered_at: 900 })] }),
  question('repeat', { status: 'asked_back', asked_back: { at: 350, note: null } }),
  question('declined', { status: 'declined', declined: declined({ at: 500 }) }),
  question('read', { status: 'declined', declined: declined({ acknowledged_at: 700 }) }),
  question('missed', { status: 'cannot_find', due_at: 9_000, answers: [answer()] }),
  question('later', { status: 'deferred', due_at: 9_000, received_at: 20 }),
  question('together', { status: 'merged', is_together: true, received_at: 30 }),
  question('settled', { status: 'confirmed', answers: [answer({ confirmed_at: 800 })] }),
  question('taken back', { status: 'withdrawn', received_at: 40 }),
  question('closed', { status: 'closed', closed_reason: 'not_found', answers: [answer({ at: 50 })] }),
  question('theirs', { site_id: 'mesa', status: 'answered', answers: [answer()] }),
]

test('to do: the longest due first, so that what comes later never pushes away what a finger is about to tap', () => {
  assert.deepEqual(ids(our.roomToDo(CLASS, 'pine')), ['answered first', 'repeat', 'answered', 'declined', 'delivered'])
})

test('under way: whom the room missed first, then what was asked last', () => {
  assert.deepEqual(ids(our.roomUnderWay(CLASS, 'pine')), ['missed', 'newest', 'together', 'later', 'waits'])
})

test('over: the last first', () => {
  assert.deepEqual(ids(our.roomOver(CLASS, 'pine')), ['settled', 'read', 'closed', 'taken back'])
})

test('every question of the room is in exactly one of the three', () => {
  const shown = [our.roomToDo, our.roomUnderWay, our.roomOver].flatMap((part) => ids(part(CLASS, 'pine')))
  assert.deepEqual(shown.sort(), ids(CLASS.filter((one) => one.site_id === 'pine')).sort())
})

test('calls on this room’s students until they are ended', () => {
  const call = (call_id, more = {}) => ({ call_id, site_id: 'pine', student_id: 's1', status: 'called', called_at: 1, ...more })
  const calls = [call('b', { called_at: 2 }), call('a'), call('c', { status: 'ended' }), call('d', { site_id: 'mesa' })]
  assert.deepEqual(our.callsOn(calls, 'pine').map((one) => one.call_id), ['a', 'b'])
})

test('it may be taken back until it is answered', () => {
  const may = (status) => our.mayWithdraw(question('q', { status }))
  for (const status of ['queued', 'seen', 'claimed', 'answering', 'asked_back', 'merged', 'deferred']) assert.ok(may(status), status)
  for (const status of ['answered', 'delivered', 'cannot_find', 'confirmed', 'declined', 'withdrawn', 'closed']) assert.ok(!may(status), status)
})

// ── Each state as a sentence ────────────────────────────────────────────────────────────────────────────────────────

function told(more, about = {}) {
  const { done, before, now } = storyOf(question('q', more), { who: 'Ana', due: 'Wednesday 3:30 PM', ...about })
  const inWords = ({ words, holes = {} }) =>
    t(words, Object.fromEntries(Object.entries(holes).map(([name, value]) => [name, value?.words ? t(value.words) : value])))
  return [...done, before, now].filter(Boolean).map(inWords)
}

const SEEN = { seen_at: 2_000 }
const STATES = [
  [{}, ['Sent', 'Waiting for the teacher to see it']],
  [{ status: 'seen', ...SEEN }, ['Sent', 'Teacher has seen it', 'Waiting for the answer']],
  [{ status: 'claimed', ...SEEN }, ['Sent', 'Teacher has seen it', 'The teacher is on it now']],
  [{ status: 'answering', ...SEEN }, ['Sent', 'Teacher has seen it', 'The teacher is answering it now']],
  [{ status: 'asked_back', ...SEEN }, ['Sent', 'Teacher has seen it', 'The teacher asks you to repeat it exactly']],
  [{ status: 'seen', restated: 1, ...SEEN }, ['Sent', 'Teacher has seen it', 'Repeated.', 'Waiting for the answer']],
  [{ status: 'answered', answers: [answer()] }, ['Sent', 'Answered to all rooms', 'Did Ana get it?']],
  [{ status: 'answered', answers: [answer({ form: 'written' })] }, ['Sent', 'Answered in writing', 'Did Ana get it?']],
  [{ status: 'answered', answers: [answer()], student_id: null }, ['Sent', 'Answered to all rooms', 'Did the room get it?']],
  [{ status: 'delivered', answers: [answer({ delivered_at: 9 })] }, ['Sent', 'Answered to all rooms', 'Brought to Ana', 'Did Ana get it?']],
  [{ status: 'confirmed', answers: [answer({ delivered_at: 9 })] }, ['Sent', 'Answered to all rooms', 'Brought to Ana', 'Ana got it']],
  [{ status: 'cannot_find', answers: [answer({ delivered_at: 9 })] }, ['Sent', 'Answered to all rooms', 'Ana was not here. You can bring it until Wednesday 3:30 PM']],
  [{ status: 'closed', closed_reason: 'not_found', answers: [answer()] }, ['Sent', 'Answered to all rooms', 'Closed: Ana was not here in time']],
  [{ status: 'deferred' }, ['Sent', 'You will have it in writing by Wednesday 3:30 PM']],
  [{ status: 'declined', declined: declined() }, ['Sent', 'The teacher will not answer it']],
  [{ status: 'declined', declined: declined(), appeal: { note: 'x', at: 1 } }, ['Sent', 'Asked once more, and the teacher will not answer it']],
  [{ status: 'queued', appeal: { note: 'x', at: 1 } }, ['Sent', 'Asked once more.', 'Waiting for the teacher to see it']],
  [{ status: 'withdrawn' }, ['Sent', 'Taken back']],
  [{ stuck: 1, answers: [answer({ stuck_at: 9 })], ...SEEN }, ['Teacher has seen it', 'Still stuck, back before its turn.', 'Waiting for the teacher to see it']],
  [{ stuck: 1, status: 'deferred', answers: [answer({ stuck_at: 9 })] }, ['Still stuck.', 'You will have it in writing by Wednesday 3:30 PM']],
]

for (const [more, words] of STATES) {
  test(`“${words.join(' → ')}”`, () => assert.deepEqual(told(more), words))
}

test('what is promised in writing and late is said to be late', () => {
  const late = 'It was due in writing by Wednesday 3:30 PM and is still owed: remind the teacher'
  assert.deepEqual(told({ status: 'deferred' }, { isPastDue: true }), ['Sent', late])
})

test('merged: with another room’s question, or with one of this room; it follows its lead', () => {
  const merged = { status: 'merged', is_together: true }
  const other = 'Put together with another room’s question: one answer for both'
  assert.deepEqual(told(merged), ['Sent', other])
  assert.deepEqual(told(merged, { lead: question('lead', { site_id: 'mesa' }) }), ['Sent', other])
  assert.match(told(merged, { lead: question('lead') }).at(-1), /another question of this room/)
  assert.match(told(merged, { lead: question('lead', { status: 'deferred' }) }).at(-1), /in writing, together/)
  const both = told({ status: 'answered', is_together: true, answers: [answer()] })
  assert.deepEqual(both, ['Sent', 'Answered to all rooms, together with another room’s question', 'Did Ana get it?'])
})

test('in Spanish too, every state has its sentence', () => {
  language.value = 'es'
  assert.deepEqual(told({ status: 'answered', answers: [answer()] }).at(-1), '¿Ana ya entendió?')
  for (const [more] of STATES) for (const words of told(more)) assert.match(words, /^[¿\p{Lu}]/u)
})

test('when it is due, on the clock of the site', () => {
  const due = Date.parse('2026-11-25T22:30:00Z')
  assert.equal(asDue(due, 'America/Denver', 'en-US', due - 86_400_000).replace(/\s/g, ' '), 'Wednesday 3:30 PM')
  assert.equal(asDue(due, 'America/Los_Angeles', 'en-US', due - 86_400_000).replace(/\s/g, ' '), 'Wednesday 2:30 PM')
  assert.match(asDue(due, 'America/Denver', 'en-US', due - 9 * 86_400_000), /Wednesday, Nov 25/)
  assert.match(asDue(due, 'No/Where', 'en-US', due), /day/)
})

// ── What other rooms asked ──────────────────────────────────────────────────────────────────────────────────────────

test('another room’s question says where it stands, and does not contradict itself when they are still stuck', () => {
  assert.equal(sharedWords(question('q')), 'Waiting for the answer')
  assert.equal(sharedWords(question('q', { stuck: 1, answers: [answer({ stuck_at: 9 })] })), 'Still stuck: waiting for another answer')
  assert.equal(sharedWords(question('q', { status: 'confirmed', answers: [answer()] })), 'Answered to all rooms')
  assert.equal(sharedWords(question('q', { status: 'cannot_find', answers: [answer({ form: 'written' })] })), 'Answered in writing')
  assert.equal(sharedWords(question('q', { status: 'deferred' })), 'It will be answered in writing')
  assert.equal(sharedWords(question('q', { status: 'declined' })), 'Not answered in this class')
})

test('a very long text is folded', () => {
  assert.ok(!isLong('Why?'))
  assert.ok(isLong('line\n'.repeat(60)))
  assert.ok(isLong('x'.repeat(601)))
})

test('“Brought to Ana”, later, still means the same answer though the question has moved on', () => {
  const entry = { data: { question_id: 'q', version: 3 }, about: { answers: 1 } }
  assert.deepEqual(stillMeant(entry, question('q', { status: 'cannot_find', version: 4, answers: [answer()] })), { question_id: 'q', version: 4 })
  assert.equal(stillMeant(entry, question('q', { status: 'answered', version: 6, answers: [answer(), answer()] })), null)
})
