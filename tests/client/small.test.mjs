// The small pure modules: time, ids, routes, names, the announcer, the student picker's search.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { matchingOptions } from '../../client_static/components/pick-list.js'
import { matching } from '../../client_static/components/student-picker.js'
import { GAP_MS, createAnnouncer } from '../../client_static/core/announce.js'
import { uuid7 } from '../../client_static/core/ids.js'
import { inflate } from '../../client_static/core/live.js'
import { namesOf } from '../../client_static/core/names.js'
import { nextOf, routeOf } from '../../client_static/core/router.js'
import { asLocalInput, asSeconds, asSiteClock, asTimes, asWait, fromLocalInput, readLocal } from '../../client_static/core/time.js'

test('waits are m:ss, and h:mm:ss from an hour on; never negative', () => {
  assert.equal(asWait(0), '0:00')
  assert.equal(asWait(59_999), '0:59')
  assert.equal(asWait(125_000), '2:05')
  assert.equal(asWait(3_600_000), '1:00:00')
  assert.equal(asWait(-5_000), '0:00')
})

test('a site’s clock is its own, and an unknown zone is no fault', () => {
  const noon = Date.UTC(2026, 10, 23, 19, 23)
  assert.match(asSiteClock(noon, 'America/Denver', 'en'), /^12:23\sPM MT$/)
  assert.match(asSiteClock(noon, 'America/Los_Angeles', 'en'), /^11:23\sAM PT$/)
  assert.match(asSiteClock(noon, 'Nowhere/At_All', 'en'), /^\d+:\d\d/)
})

test('the times of a class over midnight are two clocks and no dates', () => {
  const at = (day, hour) => new Date(2026, 10, day, hour, 30).getTime()
  assert.match(asTimes(at(23, 9), at(23, 10), 'en-US'), /^9:30.–.10:30\sAM$/)
  assert.match(asTimes(at(23, 23), at(24, 1), 'en-US'), /^11:30\sPM – 1:30\sAM$/)
})

let places = 0

/** With this device in a place, and the page by a clock: `look` at the times, which a page writes anew. */
async function inPlace(device, zone, others, look) {
  const before = process.env.TZ
  process.env.TZ = device
  try {
    const time = await import(`../../client_static/core/time.js?place=${(places += 1)}`)
    time.wall.value = time.wallOf(zone, others)
    look(time)
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
}

const EIGHT_IN_DENVER = Date.UTC(2026, 10, 26, 15)
const NINE_IN_DENVER = EIGHT_IN_DENVER + 3_600_000
const plain = (text) => text.replace(/\s/g, ' ')

test('a page goes by one clock, and names it where the device shows another', async () => {
  await inPlace('America/Los_Angeles', 'America/Denver', [], ({ asClock, asDue, asTimes, zoneName }) => {
    assert.equal(plain(asClock(EIGHT_IN_DENVER, 'en-US')), '8:00 AM MT')
    assert.match(plain(asTimes(EIGHT_IN_DENVER, NINE_IN_DENVER, 'en-US')), /^8:00.–.9:00 AM MT$/)
    assert.equal(plain(asDue(EIGHT_IN_DENVER, undefined, 'en-US', EIGHT_IN_DENVER)), 'Thursday 8:00 AM MT')
    assert.equal(zoneName(EIGHT_IN_DENVER, 'en-US'), 'MT')
  })
})

test('where the clocks show the same, whatever their zones are called, none is named', async () => {
  for (const [device, zone] of [['America/Boise', 'America/Denver'], ['America/Denver', undefined], ['America/Denver', 'No/Where']]) {
    await inPlace(device, zone, ['America/Denver'], ({ asClock, zoneName }) => {
      assert.equal(plain(asClock(EIGHT_IN_DENVER, 'en-US')), '8:00 AM')
      assert.equal(zoneName(EIGHT_IN_DENVER, 'en-US'), '')
    })
  }
})

test('this device’s own clock is named where a room lives by another', async () => {
  await inPlace('America/Denver', undefined, ['America/Denver', 'America/Los_Angeles'], ({ asClock }) => {
    assert.equal(plain(asClock(EIGHT_IN_DENVER, 'en-US')), '8:00 AM MT')
  })
})

test('which day it is, is the page’s clock’s to say', async () => {
  const late = Date.UTC(2026, 10, 26, 6, 30)
  await inPlace('America/Los_Angeles', 'America/Chicago', [], ({ asDay, isSameDay }) => {
    assert.equal(isSameDay(late - 3_600_000, late), false, 'midnight in Chicago lies between')
    assert.equal(asDay(late, 'en-US'), 'Thu, Nov 26')
  })
  await inPlace('America/Los_Angeles', undefined, [], ({ isSameDay }) => assert.equal(isSameDay(late - 3_600_000, late), true))
})

test('a class of another day says its day', async () => {
  await inPlace('America/Denver', undefined, [], ({ asMoment, asNearDay, asPlanned }) => {
    const dayBefore = EIGHT_IN_DENVER - 86_400_000
    assert.match(plain(asPlanned(EIGHT_IN_DENVER, NINE_IN_DENVER, 'en-US', EIGHT_IN_DENVER)), /^8:00.–.9:00 AM$/)
    assert.match(plain(asPlanned(EIGHT_IN_DENVER, NINE_IN_DENVER, 'en-US', dayBefore)), /^Thu, Nov 26, 8:00.–.9:00 AM$/)
    assert.equal(plain(asMoment(EIGHT_IN_DENVER, 'en-US', dayBefore)), 'Thu, Nov 26, 8:00 AM')
    assert.equal(plain(asMoment(EIGHT_IN_DENVER, 'en-US', NINE_IN_DENVER)), '8:00 AM')
    const near = (now, locale) => asNearDay(EIGHT_IN_DENVER, locale, now)
    assert.deepEqual([near(dayBefore, 'en-US'), near(dayBefore, 'es-US'), near(NINE_IN_DENVER, 'en-US')], ['tomorrow', 'mañana', 'today'])
    assert.equal(near(dayBefore - 86_400_000, 'en-US'), 'Thu, Nov 26')
  })
})

test('a field for a date and time holds a moment to the minute', () => {
  const millis = new Date(2026, 0, 5, 7, 8).getTime()
  assert.equal(asLocalInput(millis), '2026-01-05T07:08')
  assert.equal(fromLocalInput('2026-01-05T07:08'), millis)
  assert.equal(fromLocalInput(''), null)
  assert.equal(asLocalInput(fromLocalInput('0002-01-05T07:08')), '0002-01-05T07:08', 'a year that is being typed')
})

test('a time that the clocks skip is none, and of one that comes twice the first is meant', () => {
  const zone = process.env.TZ
  const read = (place, text) => ((process.env.TZ = place), readLocal(text))
  try {
    const denver = (text) => read('America/Denver', text)
    for (const skipped of ['2027-03-14T02:00', '2027-03-14T02:30', '2027-03-14T02:59']) assert.deepEqual(denver(skipped), { at: null, is: 'skipped' })
    assert.deepEqual(denver('2027-03-14T01:59'), { at: Date.UTC(2027, 2, 14, 8, 59), is: 'whole' })
    assert.deepEqual(denver('2027-03-14T03:00'), { at: Date.UTC(2027, 2, 14, 9), is: 'whole' })
    assert.deepEqual(denver('2026-11-01T01:30'), { at: Date.UTC(2026, 10, 1, 7, 30), is: 'twice' })
    for (const once of ['2026-11-01T00:59', '2026-11-01T02:00', '2026-10-31T01:30']) assert.equal(denver(once).is, 'whole')
    // Lord Howe Island's clocks go by half an hour.
    assert.equal(read('Australia/Lord_Howe', '2026-10-04T02:15').is, 'skipped')
    assert.equal(read('Australia/Lord_Howe', '2026-10-04T02:30').is, 'whole')
    assert.deepEqual(read('Australia/Lord_Howe', '2026-04-05T01:45'), { at: Date.UTC(2026, 3, 4, 14, 45), is: 'twice' })
    assert.deepEqual(read('UTC', '2026-11-01T'), { at: null, is: 'partial' })
  } finally {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
})

test('options are found by the start of any word, accents aside', () => {
  const options = [{ sought: 'José Núñez J. N. JN' }, { sought: 'Ana Bello A. B. AB' }]
  assert.deepEqual(matchingOptions(options, 'jn'), [options[0]])
  assert.deepEqual(matchingOptions(options, 'nunez jose'), [options[0]])
  assert.deepEqual(matchingOptions(options, 'x'), [])
})

test('ages and times are written as the language writes them', () => {
  assert.equal(asSeconds(12_900, 'en-US'), '12 sec')
  assert.equal(asSeconds(12_900, 'es-US'), '12 s')
  const nine = new Date(2026, 10, 23, 9, 0).getTime()
  assert.match(asTimes(nine, nine + 50 * 60_000, 'en-US'), /^9:00\s–\s9:50\sAM$/)
  assert.match(asTimes(nine, nine + 50 * 60_000, 'es-US'), /^9:00\s?–\s?9:50\sa\.m\.$/)
})

test('ids are UUIDv7: version, variant, and in the order they were minted', () => {
  const ids = Array.from({ length: 5_000 }, () => uuid7())
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual([...ids].sort(), ids)
  assert.equal(new Set(ids).size, ids.length)
  const later = Date.now() + 60_000
  assert.equal(parseInt(uuid7(later).replaceAll('-', '').slice(0, 12), 16), later)
})

test('paths lead to pages', () => {
  assert.deepEqual(routeOf('/'), { page: 'home' })
  assert.deepEqual(routeOf('/meetings/phy-24'), { page: 'meeting', id: 'phy-24' })
  assert.deepEqual(routeOf('/sign-in'), { page: 'door' })
  assert.deepEqual(routeOf('/elsewhere'), { page: 'lost' })
  assert.deepEqual(routeOf('/meetings/%'), { page: 'lost' })
})

test('the sign-in page leads only to pages of ours', () => {
  assert.equal(nextOf('?next=%2Fmeetings%2Fphy-24'), '/meetings/phy-24')
  assert.equal(nextOf('?next=%2Fmeetings%2Fphy-24%3Froom%3Dnorth'), '/meetings/phy-24?room=north')
  assert.equal(nextOf('?next=https%3A%2F%2Fevil.example'), '/')
  assert.equal(nextOf('?next=%2F%2Fevil.example'), '/')
  assert.equal(nextOf(''), '/')
})

test('names come from the roster; what it does not tell is never an id', () => {
  const names = namesOf({
    sites: [{ site_id: 'pine', name: 'Pine Ridge', time_zone: 'America/Denver' }],
    people: [{ person_id: 'p1', name: 'R. Alvarez', role: 'supervisor' }],
    students: [{ student_id: 's1', site_id: 'pine', name: 'Ana Bello', initials: 'A. B.' }],
  })
  assert.equal(names.student('s1'), 'Ana Bello')
  assert.equal(names.initials('s1'), 'A. B.')
  assert.equal(names.student('s2'), 'A student')
  assert.equal(names.initials(null), 'The room')
  assert.equal(namesOf(null).site('pine'), 'A room')
  assert.equal(names.lacks({ students: ['s1'] }), false)
  assert.equal(names.lacks({ students: ['s1', 's9'] }), true)
})

test('students are found by any part of the name, accents aside', () => {
  const students = [{ name: 'José Núñez' }, { name: 'Ana Bello' }]
  assert.deepEqual(matching(students, 'nune'), [students[0]])
  assert.deepEqual(matching(students, ' ANA'), [students[1]])
  assert.deepEqual(matching(students, ''), students)
})

test('the announcer collects, says a sentence once, and keeps its pace', () => {
  let now = 0
  const timers = []
  const { spoken, say } = createAnnouncer({ now: () => now, later: (run, millis) => timers.push({ run, at: now + millis }) })
  const pass = () => {
    const timer = timers.shift()
    now = timer.at
    timer.run()
  }
  say('One.')
  say('One.')
  pass()
  assert.equal(spoken.value, 'One.')
  const first = now
  for (const sentence of ['Two.', 'Three.', 'Four.', 'Five.']) say(sentence)
  assert.equal(timers.length, 1)
  pass()
  assert.equal(spoken.value, 'Three. Four. Five.')
  assert.equal(now - first, GAP_MS)
})

test('a large frame travels as gzip', async () => {
  const frame = { stream: 'meeting:x', changes: [{ kind: 'question', id: 'q', value: { text: 'µ'.repeat(900) } }] }
  const body = await new Response(new Blob([JSON.stringify(frame)]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
  assert.deepEqual(await inflate(body), frame)
})
