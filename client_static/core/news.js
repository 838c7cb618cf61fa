// What has happened since the last look that a teacher should hear, in sentences for the polite region. Pure.
import { turnOfDuty, uncoveredAt } from './duty.js'
import { t } from './text.js'

const IN_QUEUE = new Set(['queued', 'seen'])

/** What a later look is compared with; `now`: the server's time. */
export const glance = (questions, calls, rooms, now) => ({
  questions: new Map(questions.map((one) => [one.question_id, one])),
  calls: new Map(calls.map((one) => [one.call_id, one.status])),
  links: new Map(rooms.map((one) => [one.site_id, one.link?.status ?? null])),
  uncovered: new Map(rooms.map((one) => [one.site_id, uncoveredAt(one, now)])),
  ready: new Map(rooms.map((one) => [one.site_id, reportedIn(one)])),
})

export function newsSince(before, questions, calls, names, personId, rooms, now) {
  const said = [...newsOfDuty(before, rooms, names, now), ...newsOfLinks(before, rooms, names), ...newsOfReadiness(before, rooms, names)]
  const fresh = questions.filter((one) => IN_QUEUE.has(one.status) && !before.questions.has(one.question_id))
  if (fresh.length === 1) said.push(t('said.question', { site: names.site(fresh[0].site_id) }))
  if (fresh.length > 1) said.push(t('said.questions', { n: fresh.length }))
  for (const one of questions) {
    const was = before.questions.get(one.question_id)
    const what = was && turnOf(was, one, personId)
    if (what) said.push(t(what, { site: names.site(one.site_id) }))
  }
  for (const call of calls) {
    const was = before.calls.get(call.call_id)
    if (!was || was === call.status || !['ready', 'not_here'].includes(call.status)) continue
    said.push(t(`said.${call.status}`, { who: names.initials(call.student_id), site: names.site(call.site_id) }))
  }
  return said
}

/** Rooms that have lost their adult, or have one again; several at once in one sentence. */
function newsOfDuty(before, rooms, names, now) {
  const turned = (what) =>
    rooms.filter((one) => before.uncovered.has(one.site_id) && turnOfDuty(before.uncovered.get(one.site_id), uncoveredAt(one, now)) === what)
  const said = []
  for (const what of ['uncovered', 'covered']) {
    const found = turned(what)
    if (found.length === 1) said.push(t(`said.${what}`, { site: names.site(found[0].site_id) }))
    if (found.length > 1) said.push(t(`said.${what}Rooms`, { n: found.length }))
  }
  return said
}

/** Rooms that have gone dark, or are back. */
function newsOfLinks(before, rooms, names) {
  const said = []
  for (const what of ['lost', 'rejoined']) {
    const found = rooms.filter((one) => one.link?.status === what && before.links.has(one.site_id) && before.links.get(one.site_id) !== what)
    if (found.length === 1) said.push(t(`said.link.${what}`, { site: names.site(found[0].site_id) }))
    if (found.length > 1) said.push(t(`said.links.${what}`, { n: found.length }))
  }
  return said
}

const reportedIn = (room) => room.readiness?.report?.status ?? null

/** Rooms that say otherwise than before how they stand; that one is being checked is no news. */
function newsOfReadiness(before, rooms, names) {
  const isNews = (one) => before.ready.has(one.site_id) && ![null, 'checking', before.ready.get(one.site_id)].includes(reportedIn(one))
  return rooms.filter(isNews).map((one) => t(`said.room.${reportedIn(one)}`, { site: names.site(one.site_id) }))
}

function turnOf(was, now, personId) {
  if (IN_QUEUE.has(now.status)) {
    if (now.stuck > was.stuck) return 'said.stuck'
    if (now.appeal && !was.appeal) return 'said.appealed'
    if (was.status === 'asked_back') return 'said.restated'
  }
  if (now.status === 'withdrawn' && was.claimed_by === personId && ['claimed', 'answering'].includes(was.status)) {
    return 'said.withdrawn'
  }
  return null
}
