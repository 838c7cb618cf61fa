// A meeting in the plan: when, what, and what is not as usual: cancelled, moved, a substitute, a room that is away.
import { html } from '../core/html.js'
import { briefPath, meetingPath } from '../core/router.js'
import { asDayShort, asLocalClock, asLocalTimes, ownTimes } from '../core/schedule.js'
import { locale, t } from '../core/text.js'
import { Pill } from './pill.js'

export function PlanMeeting({ meeting, sites, isWhole, children }) {
  const { id, title, section_title: section, status, moved_from: was } = meeting
  const [from, to] = ownTimes(meeting)
  const times = asLocalTimes(from, to, locale.value)
  return html`<li class=${`plan-meeting is-${status}`}>
    <span class="plan-time">${times}</span>
    <a href=${meetingPath(id)}><b class="plan-title">${title}</b></a>
    <span class="small mute">${section}</span>
    ${status === 'cancelled' &&
    html`<${Pill} tone="bad">${t('plan.cancelled', { reason: t(`planReason.${meeting.cancel_reason}`) })}<//>`}
    ${status === 'live' && html`<${Pill} tone="info">${t('home.liveNow')}<//>`}
    ${status === 'ended' && html`<${Pill} tone="quiet" mark="ok">${t('plan.ended')}<//>`}
    ${was &&
    html`<${Pill} tone="warn" mark="stuck">
      ${t('plan.movedFrom', { day: asDayShort(was.local_starts.slice(0, 10), locale.value), time: asLocalClock(was.local_starts, locale.value) })}
    <//>`}
    <${Substitutes} meeting=${meeting} />
    <${Rooms} ...${{ meeting, sites, isWhole }} />
    ${isWhole && status !== 'cancelled' && html`<a class="small" href=${briefPath(id)}>${t('brief.link')}</a>`}
    ${children}
  </li>`
}

const Substitutes = ({ meeting }) => {
  const standIns = [
    ...meeting.teachers.filter((one) => one.is_substitute),
    ...meeting.rooms.flatMap((room) => room.supervisors.filter((one) => one.is_substitute)),
  ]
  return [...new Map(standIns.map((one) => [one.person_id, one])).values()].map(
    (one) => html`<${Pill} key=${one.person_id} tone="info" mark="together">${t('plan.standsIn', { name: one.name })}<//>`,
  )
}

/** Each room by its own clock; in the narrow columns of a week only what is not as usual. */
function Rooms({ meeting, sites, isWhole }) {
  const shown = meeting.status === 'cancelled' ? [] : meeting.rooms.filter((room) => isWhole || room.away)
  if (shown.length === 0) return null
  const nameOf = (id) => sites.find((site) => site.site_id === id)?.name ?? t('name.site')
  return html`<ul class="plan-rooms small" role="list" aria-label=${t('plan.rooms')}>
    ${isWhole && html`<li class="mute" aria-hidden="true">${t('plan.rooms')}</li>`}
    ${shown.map(
      (room) => html`<li key=${room.site_id}>
        <span>${nameOf(room.site_id)}</span>
        ${room.away
          ? html`<${Pill} tone="warn">${t(`plan.away.${room.away}`)}<//>`
          : html`<span class="mute">${asLocalTimes(room.local_joins, room.local_leaves, locale.value)}</span>`}
      </li>`,
    )}
  </ul>`
}
