// Announcements as the teacher and the rooms see them: what is to be read out here, and where each stands. Pure.

/** Where it stands in a room: `unreached`, `onTablet` or `readOut`. */
export const receiptState = (receipt) =>
  receipt.read_out_at !== null ? 'readOut' : receipt.reached_at !== null ? 'onTablet' : 'unreached'

const receiptOf = (announcement, siteId) => announcement.rooms.find((one) => one.site_id === siteId)

const byAge = (a, b) => a.at - b.at || (a.announcement_id < b.announcement_id ? -1 : 1)

/** What this room still has to read out, the oldest first. */
export const toReadOut = (announcements, siteId) =>
  announcements
    .filter((one) => one.withdrawn_at === null && receiptOf(one, siteId)?.read_out_at === null)
    .sort(byAge)

/** What has come to this tablet and the teacher does not know yet. */
export const toReach = (announcements, siteId) =>
  toReadOut(announcements, siteId).filter((one) => receiptOf(one, siteId).reached_at === null)

/** How many rooms stand where, and which do not have it yet: `{readOut, of, open: [{site_id, state}]}`. */
export function standingOf(announcement) {
  const rooms = announcement.rooms.map((one) => ({ site_id: one.site_id, state: receiptState(one) }))
  const open = rooms.filter((one) => one.state !== 'readOut')
  return { readOut: rooms.length - open.length, of: rooms.length, open }
}

/** Whether some room still owes its receipt; `rooms`: those of the class, as one that is not in it owes nothing. */
export function isUnread(announcement, rooms) {
  const absent = new Set(rooms.filter((one) => !one.is_in_class).map((one) => one.site_id))
  return announcement.withdrawn_at === null && announcement.rooms.some((one) => one.read_out_at === null && !absent.has(one.site_id))
}

const DONE_IN_SIGHT_MS = 60_000

/** What the teacher has before them: what is still owed, and for a minute what was settled last; the newest first. */
export function announcedInSight(announcements, rooms, now) {
  const settledAt = (one) => one.withdrawn_at ?? Math.max(...one.rooms.map((room) => room.read_out_at ?? 0))
  return announcements.filter((one) => isUnread(one, rooms) || now - settledAt(one) < DONE_IN_SIGHT_MS).sort((a, b) => byAge(b, a))
}
