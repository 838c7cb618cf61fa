// The tablet's own measure of its link: three of a kind make news, and news is told once.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { DEGRADED_MS, GOOD_MS, measured, toTell } from '../../client_static/core/round-trip.js'

test('the middle one of the last three decides', () => {
  assert.deepEqual([1, 2, 3, 4].reduce(measured, []), [2, 3, 4])
  assert.equal(toTell([2_000, 2_000], 'connected'), null)
  assert.equal(toTell([50, 9_000, 60], 'connected'), null)
  assert.equal(toTell([1_600, 50, 1_700], 'rejoined'), 1_600)
})

test('only what the server does not know is told', () => {
  const slow = [2_000, 2_000, 2_000]
  assert.equal(toTell(slow, 'degraded'), null)
  assert.equal(toTell([900, 900, 900], 'degraded'), null)
  assert.equal(toTell([700, 700, 700], 'degraded'), 700)
  assert.equal(toTell([700, 700, 700], 'connected'), null)
  assert.equal(toTell(slow, 'lost'), null)
  assert.equal(toTell(slow, undefined), null)
})

test('it judges as the server does', () => {
  const rules = readFileSync(new URL('../../server/domain/meeting/links.py', import.meta.url), 'utf8')
  const told = (name) => Number(new RegExp(`^${name} = ([0-9_]+)$`, 'm').exec(rules)[1].replaceAll('_', ''))
  assert.equal(DEGRADED_MS, told('DEGRADED_ROUND_TRIP_MS'))
  assert.equal(GOOD_MS, told('GOOD_ROUND_TRIP_MS'))
})
