// Who is on duty, as the tablet and the teacher's console read it from the room's view.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { dutyOf, isLast, presentIn, uncoveredAt } from '../../client_static/core/duty.js'
import { glance, newsSince } from '../../client_static/core/news.js'
import { owedOf } from '../../client_static/core/owed.js'

const adult = (person_id, away_since = null, covered_by = null) => ({ person_id, since: 1, away_since, covered_by })
const room = (adults, offers = [], uncovered_since = null) => ({
  site_id: 'pine',
  supervisor_ids: ['lena', 'otis', 'ruth'],
  duty: { adults, offers, uncovered_since, needed_until: null },
})

test('a room that is not there yet has nobody on duty', () => {
  assert.deepEqual(dutyOf(undefined, 'ruth').others, [])
  assert.equal(dutyOf(undefined, 'ruth').me, null)
})

test('the last adult is who is in the room with nobody beside them', () => {
  assert.equal(isLast(dutyOf(room([adult('ruth')]), 'ruth')), true)
  assert.equal(isLast(dutyOf(room([adult('ruth'), adult('lena', 5)]), 'ruth')), true)
  assert.equal(isLast(dutyOf(room([adult('ruth'), adult('lena')]), 'ruth')), false)
  assert.equal(isLast(dutyOf(room([adult('ruth', 5)]), 'ruth')), false)
  assert.equal(isLast(dutyOf(room([adult('lena')]), 'ruth')), false)
  assert.deepEqual(presentIn(room([adult('ruth', 5), adult('lena')])), ['lena'])
})

test('an offer to all or to oneself is asked of one, another’s is not', () => {
  const offers = [{ person_id: 'ruth', to_id: null, at: 1 }]
  assert.deepEqual(dutyOf(room([adult('ruth')], offers), 'lena').asked, offers)
  assert.deepEqual(dutyOf(room([adult('ruth')], offers), 'ruth').asked, [])
  assert.deepEqual(dutyOf(room([adult('ruth')], offers), 'ruth').offered, offers[0])
  const toOtis = [{ person_id: 'ruth', to_id: 'otis', at: 1 }]
  assert.deepEqual(dutyOf(room([adult('ruth')], toOtis), 'lena').asked, [])
  assert.deepEqual(dutyOf(room([adult('ruth')]), 'ruth').relief, ['lena', 'otis'])
})

test('a room is without an adult from its own bell on, and until its own', () => {
  const until = (needed_until) => ({ ...room([]), duty: { adults: [], offers: [], uncovered_since: 7, needed_until } })
  assert.deepEqual([6, 7, 8].map((now) => uncoveredAt(until(8), now)), [null, 7, null])
  assert.equal(uncoveredAt(until(null), 99), 7)
  assert.equal(uncoveredAt(undefined, 99), null)
})

test('the teacher hears of a room without an adult, and of several in one sentence', () => {
  const names = { site: (id) => id }
  const mesa = { ...room([]), site_id: 'mesa' }
  const covered = [room([adult('ruth')]), mesa]
  const left = [room([], [], 7), mesa]
  const both = [room([], [], 7), { ...mesa, duty: { ...mesa.duty, uncovered_since: 7 } }]
  const news = (before, after, now = 9) => newsSince(glance([], [], before, now), [], [], names, 'me', after, now)
  assert.deepEqual(news(covered, left), ['pine: no adult on duty.'])
  assert.deepEqual(news(left, covered), ['pine: an adult is on duty.'])
  assert.deepEqual(news(covered, both), ['2 rooms have no adult on duty.'])
  assert.deepEqual(news(left, left), [])
  assert.deepEqual(newsSince(glance([], [], [], 9), [], [], names, 'me', both, 9), [])
  assert.deepEqual(news(covered, left, 6), [], 'its bell has not rung')
})

test('a room that says otherwise how it stands is news once, and a check under way is none', () => {
  const stands = (status) => [{ site_id: 'pine', duty: { uncovered_since: null, needed_until: null }, readiness: status && { report: { status } } }]
  const names = { site: () => 'Pine Ridge' }
  const heard = (was, now) => newsSince(glance([], [], stands(was), 9), [], [], names, 'me', stands(now), 9).length
  assert.deepEqual([heard(null, 'ready'), heard('ready', 'down'), heard('checking', 'degraded')], [1, 1, 1])
  assert.deepEqual([heard(null, null), heard('ready', 'ready'), heard('ready', 'checking')], [0, 0, 0])
})

test('a class owes its open questions, what is on the way back and its catch-up plans', () => {
  const answers = [{ stuck_at: null, delivered_at: null, confirmed_at: null }]
  const one = (status, more = {}) => ({ status, answers: [], declined: null, ...more })
  const declined = (acknowledged_at) => one('declined', { declined: { acknowledged_at } })
  assert.deepEqual(owedOf([one('confirmed', { answers }), one('withdrawn'), declined(5)], [], [{ status: 'dropped' }], []), [])
  assert.deepEqual(owedOf([one('deferred'), one('merged'), one('answered', { answers }), declined(null)], [], [{ status: 'open' }], []), [
    { what: 'answers', n: 2 },
    { what: 'wayBack', n: 2 },
    { what: 'catchUps', n: 1 },
  ])
})
