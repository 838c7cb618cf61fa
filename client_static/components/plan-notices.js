// What changed of one's meetings, until it was read; and what is wanted twice at one time.
import { useState } from 'preact/hooks'

import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { asDayShort, asLocalClock } from '../core/schedule.js'
import { locale, t, why } from '../core/text.js'
import { asDay, asClock, zoneName } from '../core/time.js'
import { Mark } from './pill.js'

const whenOf = ({ local_starts: local, starts_at: at }) => ({
  day: asDayShort(local.slice(0, 10), locale.value),
  time: [asLocalClock(local, locale.value), zoneName(at, locale.value)].filter(Boolean).join(' '),
})

export const PlanNotices = ({ notices, onRead }) =>
  notices.map((notice) => html`<${Notice} key=${notice.id} notice=${notice} onRead=${onRead} />`)

function Notice({ notice, onRead }) {
  const [fault, setFault] = useState(null)
  async function read() {
    try {
      await api.acknowledge(notice.id)
      await onRead()
    } catch (problem) {
      setFault(problem)
    }
  }
  const { change, title, section_title: section, at } = notice
  const was = whenOf(notice.was)
  const now = whenOf(notice.now)
  const holes = { title: `${section}: ${title}`, day: was.day, time: was.time, newDay: now.day, newTime: now.time }
  const when = `${asDay(at, locale.value)}, ${asClock(at, locale.value)}`
  return html`<div class=${`notice ${change === 'reinstated' ? 'info' : 'warn'}`}>
    <${Mark} name=${change === 'cancelled' ? 'bad' : change === 'moved' ? 'stuck' : 'ok'} />
    <div class="notice-text">
      <b>${t(`change.${change}`, holes)}</b>
      <span class="small">${t(`planReason.${notice.reason}`)} · ${t(`change.by.${notice.by_role}`, { when })}</span>
      ${fault && html`<span class="fault" role="alert">${why(fault)}</span>`}
    </div>
    <button class="btn" onClick=${read}>${t('change.read')}</button>
  </div>`
}

export function PlanConflicts({ plan }) {
  if (plan.conflicts.length === 0) return null
  const meeting = (id) => plan.meetings.find((one) => one.id === id)
  const words = (one) => {
    const [first, second] = one.meeting_ids.map(meeting)
    const site = plan.sites.find((held) => held.site_id === one.id)?.name
    const { day, time } = whenOf(second)
    const named = (held) => `${held.section_title}: ${held.title}`
    return t(`conflict.${one.kind}`, { what: one.name ?? site ?? first.section_title, first: named(first), second: named(second), day, time })
  }
  return html`<div class="notice warn" role="group" aria-labelledby="conflicts-title">
    <${Mark} name="warn" />
    <div class="notice-text">
      <b id="conflicts-title">${t('conflict.title', { n: plan.conflicts.length })}</b>
      <ul class="small" role="list">
        ${plan.conflicts.map((one) => html`<li key=${`${one.kind} ${one.id} ${one.meeting_ids}`}>${words(one)}</li>`)}
      </ul>
    </div>
  </div>`
}
