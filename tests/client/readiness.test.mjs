// Whether a room is ready, which rooms a class would begin without, and what a check of the tablet comes to.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { resultOf } from '../../client_static/core/devices.js'
import { checkLink, linkFigures } from '../../client_static/core/link-check.js'
import { canBeReady, gathersFrom, isEarly, missingFrom, proposed, readinessOf } from '../../client_static/core/readiness.js'

const NOW = 1_000_000
const report = (status, more = {}) => ({ status, by: 'ruth', at: NOW - 10, expires_at: NOW + 10, ...more })
const room = (changes = {}) => ({
  ...{ site_id: 'pine', away: null, link: null, duty: { adults: [] }, readiness: null },
  ...changes,
})
const said = (status, more) => ({ readiness: { report: report(status, more), brief: null, accommodations: null } })

test('a report counts until it expires, and not at that moment', () => {
  assert.equal(readinessOf(room(said('ready')), 0, NOW).status, 'ready')
  const over = readinessOf(room(said('ready', { expires_at: NOW })), 0, NOW)
  assert.deepEqual([over.status, over.isExpired, over.report], ['unreported', true, null])
  assert.deepEqual([readinessOf(room(), 0, NOW).status, readinessOf(room(), 0, NOW).isExpired], ['unreported', false])
})

test('a brief is read in the version that stands, and the needs as they are now', () => {
  const read = (version) => room({ readiness: { report: null, brief: version && { version }, accommodations: null } })
  assert.equal(readinessOf(read(null), 0, NOW).brief, 'none')
  assert.equal(readinessOf(read(null), 2, NOW).brief, 'unread')
  assert.equal(readinessOf(read(1), 2, NOW).brief, 'changed')
  assert.equal(readinessOf(read(2), 2, NOW).brief, 'read')
  const seen = (accommodations) => readinessOf(room({ readiness: { report: null, brief: null, accommodations } }), 0, NOW)
  assert.equal(seen(null).accommodations, 'unseen')
  assert.equal(seen({ is_current: false }).accommodations, 'changed')
  assert.equal(seen({ is_current: true }).accommodations, 'seen')
})

test('a class begins without whoever is out or where nobody is, unless that is planned or in its calendar', () => {
  const why = (changes, plans = []) => missingFrom({ starts_at: NOW }, [room(changes)], plans, NOW).map((one) => one.why)
  const adult = { duty: { adults: [{ person_id: 'ruth' }] } }
  assert.deepEqual(why({}), ['nobody_there'])
  assert.deepEqual(why({ link: { status: 'lost' } }), ['nobody_there'])
  assert.deepEqual(why({ link: { status: 'degraded' } }), [])
  assert.deepEqual(why(adult), [])
  assert.deepEqual(why({ ...adult, ...said('down') }), ['down'])
  assert.deepEqual(why({ ...adult, ...said('closed', { expires_at: NOW }) }), [])
  assert.deepEqual(why({ ...said('ready') }), ['nobody_there'])
  assert.deepEqual(why({ away: 'closed' }), [])
  assert.deepEqual(why({ joins_at: NOW + 1 }), [], 'its bell has not rung')
  assert.deepEqual(why({ joins_at: NOW }), ['nobody_there'])
  assert.deepEqual(why({}, [{ site_id: 'pine', status: 'open' }]), [])
  assert.deepEqual(why({}, [{ site_id: 'pine', status: 'dropped' }]), ['nobody_there'])
})

test('what was found proposes a word, and a room that cannot be heard is never called ready', () => {
  const found = { microphone: 'ok', camera: 'ok', round_trip_ms: 40, loss_percent: 0 }
  assert.equal(proposed({}), null)
  assert.equal(proposed(found), 'ready')
  for (const worse of [
    { microphone: 'silent' },
    { microphone: 'denied' },
    { camera: 'missing' },
    { round_trip_ms: null, loss_percent: 100 },
    { round_trip_ms: 1_500 },
    { loss_percent: 5 },
  ]) {
    assert.equal(proposed({ ...found, ...worse }), 'degraded', JSON.stringify(worse))
  }
  assert.deepEqual(['ok', 'silent', 'not_checked', 'denied', 'missing'].map((microphone) => canBeReady({ microphone })), [true, true, true, false, false])
})

test('the middle one of the times counts, and what does not come back is lost', async () => {
  assert.deepEqual(linkFigures([30, 10, 900], 4), { round_trip_ms: 30, loss_percent: 25 })
  assert.deepEqual(linkFigures([], 20), { round_trip_ms: null, loss_percent: 100 })
  let sent = 0
  let waited = 0
  const measure = (answered) => ++sent % 4 && answered(sent)
  const found = await checkLink(measure, async (millis) => (waited += millis))
  assert.equal(sent, 20)
  assert.equal(found.loss_percent, 25)
  assert.equal(waited, 20 * 100 + 2_000)
  const quick = await checkLink((answered) => answered(7), async () => {})
  assert.deepEqual(quick, { round_trip_ms: 7, loss_percent: 0 })
})

test('what a browser says of its devices becomes a word of the record', () => {
  const named = (name) => Object.assign(new Error(), { name })
  assert.deepEqual(['NotAllowedError', 'SecurityError', 'NotFoundError', 'NotReadableError'].map((name) => resultOf(named(name))), ['denied', 'denied', 'missing', 'missing'])
})

test('until half an hour before it a class is early, and its rooms cannot be signed on to', () => {
  const meeting = { starts_at: 100 * 60_000 }
  assert.equal(gathersFrom(meeting), 70 * 60_000)
  assert.equal(isEarly(meeting, 70 * 60_000 - 1), true)
  assert.equal(isEarly(meeting, 70 * 60_000), false)
})
