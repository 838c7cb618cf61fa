// The week as dates and wall-clock times. Days are `2026-10-14`, local times `2026-10-14T10:20`, as the server gives them:
// no time zone is reckoned with here, only which day it is now in the zone of the plan.

const DAY_MS = 86_400_000
const at = (day) => Date.parse(`${day}T00:00Z`)
const day = (millis) => new Date(millis).toISOString().slice(0, 10)

export const addDays = (from, n) => day(at(from) + n * DAY_MS)

/** The Monday of the day's week. */
export const mondayOf = (one) => addDays(one, -((new Date(at(one)).getUTCDay() + 6) % 7))

export const daysFrom = (first, n) => Array.from({ length: n }, (_, index) => addDays(first, index))

/** The wall clock of a zone: `2026-10-14T10:20`. An unknown zone falls back to this device's. */
export function localIn(millis, timeZone) {
  const options = { dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' }
  try {
    return new Intl.DateTimeFormat('sv-SE', { ...options, timeZone }).format(millis).replace(' ', 'T')
  } catch {
    return new Intl.DateTimeFormat('sv-SE', options).format(millis).replace(' ', 'T')
  }
}

/** This browser's IANA time zone; undefined where it does not say. */
export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

/** Whose clock the person's days go by, as `useWall` takes it: their school's, or else this device's beside their rooms'. */
export function wallOfPlan(plan) {
  if (plan?.zone_from === 'site') return [plan.zone]
  return [undefined, plan?.sites.map((site) => site.time_zone) ?? []]
}

/** When the meeting is for the person: a supervisor by their room's own bells, anybody else as it is planned. */
export function ownTimes(meeting) {
  const mine = meeting.rooms.filter((room) => room.is_mine && !room.away)
  if (mine.length === 0) return [meeting.local_starts, meeting.local_ends]
  return [
    mine.map((room) => room.local_joins).sort()[0],
    mine.map((room) => room.local_leaves).sort().at(-1),
  ]
}

/** A day's meetings by start, and in front of how many of them the line for "now" belongs; null on another day. */
export function dayPlan(one, meetings, now) {
  const mine = meetings.filter((meeting) => meeting.local_starts.slice(0, 10) === one)
  const line = now.slice(0, 10) === one ? mine.filter((meeting) => ownTimes(meeting)[0] <= now).length : null
  return { meetings: mine, line }
}

/** Holidays, closures and early dismissals of the day. */
export const awayOn = (one, away) =>
  away.filter((absence) => absence.begins_on <= one && (absence.ends_on === null || one <= absence.ends_on))

const format = (locale, options) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' })
const moment = (local) => Date.parse(`${local}Z`)

/** "10:20 – 11:10 AM". */
export const asLocalTimes = (from, to, locale) =>
  format(locale, { hour: 'numeric', minute: '2-digit' }).formatRange(moment(from), moment(to))

/** "10:20 AM". */
export const asLocalClock = (local, locale) => format(locale, { hour: 'numeric', minute: '2-digit' }).format(moment(local))

/** "Wed, Oct 14". */
export const asDayShort = (one, locale) =>
  format(locale, { weekday: 'short', month: 'short', day: 'numeric' }).format(at(one))

/** "Wednesday, October 14". */
export const asDayLong = (one, locale) => format(locale, { weekday: 'long', month: 'long', day: 'numeric' }).format(at(one))

/** "Oct 12 – 18, 2026". */
export const asSpan = (first, last, locale) =>
  format(locale, { month: 'short', day: 'numeric', year: 'numeric' }).formatRange(at(first), at(last))
