// The week as dates and wall-clock times: whose day it is, where "now" stands, and what is written.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as plan from '../../client_static/core/schedule.js'

const NOW = Date.UTC(2026, 9, 15, 6, 30) // the 15th in Denver, still the 14th in Los Angeles
const meeting = (id, from, to, rooms = []) => ({ id, local_starts: `2026-10-14T${from}`, local_ends: `2026-10-14T${to}`, rooms })

test('the wall clock of a zone, and of this device where the zone is unknown', () => {
  assert.equal(plan.localIn(NOW, 'America/Denver'), '2026-10-15T00:30')
  assert.equal(plan.localIn(NOW, 'America/Los_Angeles'), '2026-10-14T23:30')
  assert.match(plan.localIn(NOW, 'Mars/Olympus'), /^2026-10-1[45]T\d\d:\d\d$/)
})

test('a week begins on Monday, over the ends of months and changes of clocks', () => {
  assert.equal(plan.mondayOf('2026-11-01'), '2026-10-26')
  assert.equal(plan.mondayOf('2026-10-26'), '2026-10-26')
  assert.deepEqual(plan.daysFrom('2026-10-30', 4), ['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02'])
  assert.equal(plan.addDays('2027-03-01', -1), '2027-02-28')
})

test('the line for now stands behind what has begun, and on no other day', () => {
  const meetings = [meeting('a', '08:00', '09:00'), meeting('b', '10:00', '11:00'), meeting('c', '12:00', '13:00')]
  const at = (now) => plan.dayPlan('2026-10-14', meetings, now).line
  assert.equal(at('2026-10-14T07:59'), 0)
  assert.equal(at('2026-10-14T10:00'), 2)
  assert.equal(at('2026-10-14T23:00'), 3)
  assert.equal(at('2026-10-15T10:00'), null)
  assert.deepEqual(plan.dayPlan('2026-10-15', meetings, '2026-10-15T10:00'), { meetings: [], line: 0 })
})

test('a supervisor’s times are their own room’s', () => {
  const room = (site_id, from, to, more = {}) => ({
    site_id, is_mine: true, away: null, local_joins: `2026-10-14T${from}`, local_leaves: `2026-10-14T${to}`, ...more,
  })
  const others = room('south', '07:00', '08:00', { is_mine: false })
  assert.deepEqual(plan.ownTimes(meeting('a', '10:00', '11:00', [room('north', '10:10', '10:55'), others])), ['2026-10-14T10:10', '2026-10-14T10:55'])
  assert.deepEqual(plan.ownTimes(meeting('a', '10:00', '11:00', [room('north', '10:10', '10:55', { away: 'closed' })])), ['2026-10-14T10:00', '2026-10-14T11:00'])
})

test('what is closed is shown on each of its days', () => {
  const away = [
    { begins_on: '2026-10-12', ends_on: '2026-10-14' },
    { begins_on: '2026-10-14', ends_on: null },
    { begins_on: '2026-10-15', ends_on: '2026-10-15' },
  ]
  assert.deepEqual(plan.awayOn('2026-10-14', away), away.slice(0, 2))
  assert.deepEqual(plan.awayOn('2027-01-01', away), away.slice(1, 2))
})

test('times and days are written as the schools write them', () => {
  const plain = (text) => text.replace(/[\u2009\u202f\u00a0]/g, ' ')
  assert.equal(plain(plan.asLocalTimes('2026-10-14T10:20', '2026-10-14T11:10', 'en-US')), '10:20 – 11:10 AM')
  assert.equal(plain(plan.asLocalClock('2026-10-14T10:20', 'en-US')), '10:20 AM')
  assert.equal(plan.asDayShort('2026-10-14', 'en-US'), 'Wed, Oct 14')
  assert.equal(plan.asDayLong('2026-10-14', 'es-US'), 'miércoles, 14 de octubre')
  assert.equal(plain(plan.asSpan('2026-10-12', '2026-10-18', 'en-US')), 'Oct 12 – 18, 2026')
})
