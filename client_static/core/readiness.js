// How ready a room is for class, as its screens show it. Pure, over the room's view; the rules live on the server.
import { DEGRADED_MS } from './round-trip.js'

/** From here on speech comes in pieces. */
const LOSSY_PERCENT = 5
const NONE = { report: null, brief: null, accommodations: null }
const IS_OUT = new Set(['down', 'closed'])

/**
 * How the room stands: `status` (`unreported` where nothing counts any more), `isExpired`, the `report` that counts, and how
 * far its brief (`none`, `unread`, `changed`, `read`) and its accommodations (`unseen`, `changed`, `seen`) are known there.
 */
export function readinessOf(room, briefVersion, now) {
  const { report, brief, accommodations } = room?.readiness ?? NONE
  const isExpired = report !== null && report.expires_at <= now
  return {
    status: report === null || isExpired ? 'unreported' : report.status,
    isExpired,
    report: isExpired ? null : report,
    brief: !briefVersion ? 'none' : !brief ? 'unread' : brief.version < briefVersion ? 'changed' : 'read',
    accommodations: !accommodations ? 'unseen' : accommodations.is_current ? 'seen' : 'changed',
  }
}

/** From when its rooms can be signed on to, unless the teacher opens the lobby before: the server's LOBBY_LEAD. */
export const gathersFrom = (meeting) => meeting.starts_at - 30 * 60_000

/** Whether whoever starts it now may have taken it for another class. */
export const isEarly = (meeting, now) => now < gathersFrom(meeting)

/** The rooms that the class goes on without if it starts now, and has no open plan for: `{site_id, why}`. */
export function missingFrom(meeting, rooms, catchUps, now) {
  const planned = new Set(catchUps.filter((one) => one.status === 'open').map((one) => one.site_id))
  return rooms
    .filter((room) => !room.away && !planned.has(room.site_id) && !joinsLater(meeting, room, now))
    .map((room) => ({ site_id: room.site_id, why: whyMissing(room, now) }))
    .filter((one) => one.why !== null)
}

/** By its own bells: it is not missed before they ring. */
const joinsLater = (meeting, room, now) => room.joins_at > meeting.starts_at && room.joins_at > now

function whyMissing(room, now) {
  const { status } = readinessOf(room, 0, now)
  if (IS_OUT.has(status)) return status
  const isLinked = room.link !== null && room.link.status !== 'lost'
  return isLinked || room.duty.adults.length > 0 ? null : 'nobody_there'
}

/** Whether what was found of the room allows it to be called ready: a room that cannot be heard is not. */
export const canBeReady = ({ microphone }) => !['denied', 'missing'].includes(microphone)

/** What was found of the room comes to this; null: nothing was looked at. */
export function proposed(found) {
  const { microphone, camera, round_trip_ms: roundTrip, loss_percent: loss } = found
  if (microphone === undefined && loss === undefined) return null
  const isPoor = roundTrip === null || roundTrip >= DEGRADED_MS || loss >= LOSSY_PERCENT
  const isImpaired = microphone !== 'ok' || ['denied', 'missing'].includes(camera) || isPoor
  return isImpaired ? 'degraded' : 'ready'
}
