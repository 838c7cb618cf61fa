// The board of all classes as a screen needs it: what is wrong by kind, the order in which the classes stand, and what is
// news. Pure, over the answer of `GET /api/live`; what is wrong, and which is worse, is the server's to say.

const KINDS = {
  room_uncovered: { tone: 'bad', mark: 'bad' },
  adult_not_cleared: { tone: 'bad', mark: 'warn' },
  link_lost: { tone: 'bad', mark: 'stuck' },
  link_unheard: { tone: 'bad', mark: 'quiet' },
  blocking_waits: { tone: 'bad', mark: 'blocking' },
  class_late: { tone: 'warn', mark: 'held' },
  class_not_held: { tone: 'warn', mark: 'bad' },
  room_out: { tone: 'warn', mark: 'bad' },
  still_stuck: { tone: 'warn', mark: 'stuck' },
  long_wait: { tone: 'warn', mark: 'held' },
  room_unreported: { tone: 'warn', mark: 'quiet' },
  announcement_unread: { tone: 'warn', mark: 'warn' },
  link_degraded: { tone: 'warn', mark: 'wait' },
  class_over_time: { tone: 'warn', mark: 'held' },
  owed_late: { tone: 'warn', mark: 'later' },
}
/** A later server may know more kinds. */
const UNKNOWN = { tone: 'warn', mark: 'warn' }

const kindOf = (code) => KINDS[code] ?? UNKNOWN

/** The key of the words for a kind of concern. */
export const wordsOf = (code) => (code in KINDS ? `concern.${code}` : 'concern.other')

/** What is wrong, each kind once, the worst first, with where and since when: `[{code, tone, mark, places}]`. */
export function byKind(concerns) {
  const found = new Map()
  for (const { code, site_id, since } of concerns) {
    if (!found.has(code)) found.set(code, { code, ...kindOf(code), places: [] })
    found.get(code).places.push({ site_id, since })
  }
  return [...found.values()]
}

/** The class's worst as a tone; `quiet`: nothing is wrong. */
export const toneOf = ({ concerns }) => (concerns.length ? kindOf(concerns[0].code).tone : 'quiet')

/**
 * The ids in the order in which they are shown. The server's own; while somebody is among them (`isHeld`), all that stand
 * there stay where they are, also what is not on any more, and what is new comes last: nothing moves under a finger.
 */
export function arranged(shown, ids, isHeld) {
  return isHeld ? [...shown, ...ids.filter((id) => !shown.includes(id))] : ids
}

/** Whether the order that is shown is another than it would be. */
export const isOutOfOrder = (shown, ids) => shown.length !== ids.length || shown.some((id, at) => id !== ids[at])

const LINKS = {
  linked: { tone: 'ok', mark: 'ok' },
  degraded: { tone: 'warn', mark: 'wait' },
  lost: { tone: 'bad', mark: 'stuck' },
  unheard: { tone: 'quiet', mark: 'quiet' },
}

/** A link's tone and mark; that a room was never heard is nothing yet before the class, and something in it. */
export const linkLook = (status, isLive) => (status === 'unheard' && isLive ? { tone: 'warn', mark: 'quiet' } : LINKS[status])

const badOf = (classes) =>
  classes.flatMap((one) =>
    one.concerns
      .filter(({ code }) => kindOf(code).tone === 'bad')
      .map(({ code, site_id: siteId }) => ({ key: `${one.id} ${code} ${siteId}`, code, siteId, one })),
  )

/** What has become badly wrong since the last look: `[{code, title, site}]`, the worst first; nothing at the first look. */
export function newsOf(before, classes) {
  if (before === null) return []
  const known = new Set(badOf(before).map(({ key }) => key))
  return badOf(classes)
    .filter(({ key }) => !known.has(key))
    .map(({ code, siteId, one }) => ({ code, title: one.title, site: siteNameOf(one, siteId) }))
}

/** What a class's room is called; null for the class as a whole. */
export const siteNameOf = (one, siteId) => one.rooms.find((room) => room.site_id === siteId)?.site_name ?? null
