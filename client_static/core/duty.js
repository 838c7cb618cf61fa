// Who is on duty in a room, as its screens show it. Pure, over the room's view; the rules live on the server.

const NONE = { adults: [], offers: [], uncovered_since: null, needed_until: null }

/** Since when the room has needed an adult and has none; null: it has one, or needs none at that moment. */
export function uncoveredAt(room, now) {
  const { uncovered_since: since, needed_until: until } = room?.duty ?? NONE
  return since !== null && since <= now && (until === null || now < until) ? since : null
}

/**
 * How the room stands to this person: `me` (their place, or null), `isOut`, `others` (adults there beside them), `relief`
 * (the room's other supervisors, who could be asked), `asked` (who would hand over to them), `offered` (their own offer).
 */
export function dutyOf(room, personId, now) {
  const { adults, offers } = room?.duty ?? NONE
  const me = adults.find((one) => one.person_id === personId) ?? null
  return {
    me,
    isOut: Boolean(me?.away_since),
    others: adults.filter((one) => one !== me),
    present: adults.filter((one) => one !== me && one.away_since === null).map((one) => one.person_id),
    relief: (room?.supervisor_ids ?? []).filter((id) => id !== personId),
    asked: offers.filter((one) => one.person_id !== personId && [null, personId].includes(one.to_id)),
    offered: offers.find((one) => one.person_id === personId) ?? null,
    uncoveredSince: uncoveredAt(room, now),
  }
}

/** Whether this person would leave the room without an adult. */
export const isLast = (duty) => Boolean(duty.me) && !duty.isOut && duty.present.length === 0

/** Who is in the room now, by id. */
export const presentIn = (room) =>
  (room.duty?.adults ?? []).filter((one) => one.away_since === null).map((one) => one.person_id)

/** What has changed in a room since the last look, as a key of the words that say so, or null. */
export function turnOfDuty(was, now) {
  if (was === null && now !== null) return 'uncovered'
  return was !== null && now === null ? 'covered' : null
}
