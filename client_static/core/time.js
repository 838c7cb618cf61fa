// Clocks: the server's time as this page knows it, ages that tick, and how moments are written.
// A device's clock may be minutes off; waits are shown against the server's clock, never the device's.
import { signal } from '@preact/signals-core'

/** Beyond this a difference to the server is the device's clock being wrong, not the network being slow. */
const SKEW_WORTH_MINDING_MS = 2_000

let skew = 0

/** Ticks once a second while the page is open: whatever shows an age reads it and nothing else re-renders. */
export const tick = signal(Date.now())

/** The server's time now, in milliseconds. Reading it inside a component makes the component tick. */
export const serverNow = () => tick.value + skew

/** The server's time at this instant, for a command's own use (no ticking). */
export const serverInstant = () => Date.now() + skew

/** Learn the server's clock from an HTTP `Date` header, which is truncated to the second. */
export function learnClock(dateHeader, askedAt, answeredAt) {
  const told = Date.parse(dateHeader ?? '')
  if (Number.isNaN(told)) return
  const found = told + 500 - (askedAt + answeredAt) / 2
  skew = Math.abs(found) > SKEW_WORTH_MINDING_MS ? found : 0
}

/** Start the second's tick; catches up at once when a hidden page is looked at again. */
export function startTicking(every = 1_000) {
  setInterval(() => (tick.value = Date.now()), every)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) tick.value = Date.now()
  })
}

/** A wait as m:ss, from an hour on as h:mm:ss: a stopwatch reads the same in every language we speak. Never negative: a clock that is a little off must not show −0:01. */
export function asWait(millis) {
  const seconds = Math.max(0, Math.floor(millis / 1000))
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  const [hours, minutes, rest] = parts
  const two = (n) => String(n).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** A short age in whole seconds, as the locale writes it: "12 sec". */
export const asSeconds = (millis, locale) =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: 'second' }).format(Math.floor(millis / 1000))

const formats = new Map()

function format(locale, options) {
  const key = `${locale} ${JSON.stringify(options)}`
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options))
  return formats.get(key)
}

const CLOCK = { hour: 'numeric', minute: '2-digit' }

const THIS_DEVICE = { zone: undefined, isNamed: false }

/**
 * By whose clock a page writes its times: one clock a page. `zone`: an IANA name, undefined for this device's; `isNamed`:
 * it could be taken for another, so each time says which it is.
 */
export const wall = signal(THIS_DEVICE)

/** What `wall` is to be, for a page on the clock of `zone` that is read where the clocks of `others` count as well. */
export function wallOf(zone, others = []) {
  const offset = offsetOf(zone)
  // An unknown zone falls back to this device's.
  if (offset === null) return THIS_DEVICE
  return { zone, isNamed: [undefined, ...others].some((other) => ![null, offset].includes(offsetOf(other))) }
}

/** What a zone's clock shows beyond UTC now; null: there is no such zone. */
function offsetOf(timeZone) {
  try {
    const parts = format('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(serverInstant())
    return parts.find((part) => part.type === 'timeZoneName').value
  } catch {
    return null
  }
}

const onWall = (options) => ({ ...options, timeZone: wall.value.zone, ...(wall.value.isNamed ? NAMED : {}) })
const NAMED = { timeZoneName: 'shortGeneric' }

/** "MT", where the page's clock is to be named, for times that are written already; else nothing. */
export function zoneName(millis, locale) {
  if (!wall.value.isNamed) return ''
  return format(locale, onWall(CLOCK)).formatToParts(millis).find((part) => part.type === 'timeZoneName').value
}

/** The clock on a wall there: "10:23 AM MT". An unknown zone falls back to this device's. */
export function asSiteClock(millis, timeZone, locale) {
  try {
    return format(locale, { ...CLOCK, timeZone, ...NAMED }).format(millis)
  } catch {
    return asClock(millis, locale)
  }
}

/** The clock on the page's wall: "10:23 AM", or "10:23 AM MT". */
export const asClock = (millis, locale) => format(locale, onWall(CLOCK)).format(millis)

/** "10:21:14 AM" on the page's wall, for one line of many: the page's heading names the zone. */
export const asClockWithSeconds = (millis, locale) =>
  format(locale, { ...CLOCK, second: '2-digit', timeZone: wall.value.zone }).format(millis)

/** "Mon, Nov 23". */
export const asDay = (millis, locale) =>
  format(locale, { weekday: 'short', month: 'short', day: 'numeric', timeZone: wall.value.zone }).format(millis)

const DAY_MS = 24 * 60 * 60 * 1000
const WEEK_MS = 6 * DAY_MS

/** When something is due, by the page's clock or another place's: "Wednesday 3:30 PM", with the date where the weekday alone could mean two. */
export function asDue(millis, timeZone, locale, now = serverInstant()) {
  const day = Math.abs(millis - now) < WEEK_MS ? { weekday: 'long' } : { weekday: 'long', month: 'short', day: 'numeric' }
  const named = wall.value.isNamed ? NAMED : {}
  const written = (zone) => `${format(locale, { ...day, ...zone }).format(millis)} ${format(locale, { ...CLOCK, ...zone, ...named }).format(millis)}`
  try {
    return written({ timeZone: timeZone ?? wall.value.zone })
  } catch {
    return written({})
  }
}

/** "9:00 – 9:50 AM", as the locale writes a range; over midnight both ends alone, as a range would add their dates. */
export const asTimes = (from, to, locale) =>
  isSameDay(from, to) ? format(locale, onWall(CLOCK)).formatRange(from, to) : `${asClock(from, locale)} – ${asClock(to, locale)}`

/** The same with its day where that is not today: "Thu, Nov 26, 9:00 – 9:50 AM". */
export const asPlanned = (from, to, locale, now = serverInstant()) =>
  isSameDay(from, now) ? asTimes(from, to, locale) : `${asDay(from, locale)}, ${asTimes(from, to, locale)}`

/** "10:23 AM", with its day where that is not today. */
export const asMoment = (millis, locale, now = serverInstant()) =>
  isSameDay(millis, now) ? asClock(millis, locale) : `${asDay(millis, locale)}, ${asClock(millis, locale)}`

/** The same by the clock of a place. */
export const asTimesAt = (from, to, timeZone, locale) =>
  format(locale, { ...CLOCK, timeZone, timeZoneName: 'short' }).formatRange(from, to)

/** A day of the page's calendar, as a number that goes up by one a day. */
const dayNumber = (millis) =>
  Math.round(Date.parse(`${format('sv-SE', { dateStyle: 'short', timeZone: wall.value.zone }).format(millis)}T00:00Z`) / DAY_MS)

/** Whether two moments fall on one day of the page's calendar. */
export const isSameDay = (a, b) => dayNumber(a) === dayNumber(b)

/** "tomorrow", "yesterday", "today"; else the date. */
export function asNearDay(millis, locale, now = serverInstant()) {
  const days = dayNumber(millis) - dayNumber(now)
  return Math.abs(days) > 1 ? asDay(millis, locale) : new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')
}

/** A moment as a field for a date and time holds it, on this device's calendar: "2026-11-23T15:30". */
export function asLocalInput(millis) {
  const two = (n) => String(n).padStart(2, '0')
  const at = new Date(millis)
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** By when clocks that are set back have been. */
const SET_BACK_MS = 3 * 60 * 60 * 1000

/**
 * What such a field says by this device's clock: `{at, is}`, `at` in milliseconds or null. `is`: `partial`, not written
 * to the end; `skipped`, a time that the clocks skip that day; `twice`, one that comes twice, of which the first is
 * meant, as in the server's plan (domain/calendar.py); or `whole`.
 */
export function readLocal(text) {
  const at = new Date(text).getTime()
  if (Number.isNaN(at)) return { at: null, is: 'partial' }
  // A time that does not exist is taken by the browser for another, an hour off.
  if (asLocalInput(at) !== text.slice(0, 16)) return { at: null, is: 'skipped' }
  const minutesBack = new Date(at + SET_BACK_MS).getTimezoneOffset() - new Date(at).getTimezoneOffset()
  const isTwice = minutesBack > 0 && asLocalInput(at + minutesBack * 60_000) === asLocalInput(at)
  return { at, is: isTwice ? 'twice' : 'whole' }
}

/** The moment in such a field, or null where it holds none. */
export const fromLocalInput = (text) => readLocal(text).at
