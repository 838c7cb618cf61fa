// What a room's timeline says of each thing that happened in it, as a key of the catalogue. Pure.

const DUTY = new Set(['signed_on', 'stepped_out', 'returned', 'offered', 'offer_dropped', 'handed_over', 'taken_over', 'signed_off', 'went_elsewhere'])
const OTHERS = {
  unassigned: 'watch.unassigned',
  class_ended: 'watch.classEnded',
  class_cancelled: 'timeline.meeting.cancelled',
  link_connected: 'timeline.link.connected',
  link_degraded: 'timeline.link.degraded',
  link_lost: 'timeline.link.lost',
  link_rejoined: 'timeline.link.rejoined',
}

/** The key of a mark's words; what a later server adds is shown as something that happened. */
export const wordsOfMark = ({ what }) => (DUTY.has(what) ? `timeline.duty.${what}` : (OTHERS[what] ?? 'watch.something'))
