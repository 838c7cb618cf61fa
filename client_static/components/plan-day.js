// One day of the plan: what is closed, the meetings, and on the day itself where in it we are.
import { html } from '../core/html.js'
import { asDayLong, asDayShort, asLocalClock, awayOn, dayPlan } from '../core/schedule.js'
import { locale, t } from '../core/text.js'
import { Pill } from './pill.js'
import { PlanMeeting } from './plan-meeting.js'

export function PlanDay({ day, plan, now, isWhole, ways }) {
  const { meetings, line } = dayPlan(day, plan.meetings, now)
  const isToday = line !== null
  const title = (isWhole ? asDayLong : asDayShort)(day, locale.value)
  const rows = meetings.map(
    (meeting) => html`<${PlanMeeting} key=${meeting.id} ...${{ meeting, isWhole }} sites=${plan.sites}>${ways?.(meeting)}<//>`,
  )
  if (isToday) {
    rows.splice(line, 0, html`<li key="now" class="plan-now"><span>${t('plan.now', { time: asLocalClock(now, locale.value) })}</span></li>`)
  }
  return html`
    <section class=${`plan-day ${isToday ? 'is-today' : ''}`} aria-labelledby=${`day-${day}`}>
      <h3 id=${`day-${day}`} aria-current=${isToday ? 'date' : undefined}>
        ${title}${isToday && html` <span class="small">${t('plan.isToday')}</span>`}
      </h3>
      ${awayOn(day, plan.away).map((one) => html`<${Absence} key=${`${one.kind} ${one.site_id} ${one.begins_on}`} one=${one} sites=${plan.sites} />`)}
      ${meetings.length === 0 && html`<p class="small mute">${t('plan.free')}</p>`}
      ${rows.length > 0 && html`<ol role="list">${rows}</ol>`}
    </section>
  `
}

function Absence({ one, sites }) {
  const site = sites.find((held) => held.site_id === one.site_id)?.name ?? t('name.site')
  if (one.kind === 'holiday') return html`<${Pill} tone="quiet">${t('plan.holiday', { title: one.title })}<//>`
  if (one.kind === 'closure') {
    return html`<${Pill} tone="warn">${t('plan.closed', { site, reason: t(`closure.${one.reason}`) })}<//>`
  }
  const time = asLocalClock(`${one.begins_on}T${one.local_time}`, locale.value)
  return html`<${Pill} tone="warn" mark="held">${t('plan.letsOut', { site, time })}<//>`
}
