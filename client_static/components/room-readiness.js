// A room's column before class: whether it is ready, who is there, and what was found, so that the teacher sees beforehand
// whom to ring up.
import { presentIn } from '../core/duty.js'
import { html } from '../core/html.js'
import { readinessOf } from '../core/readiness.js'
import { locale, t } from '../core/text.js'
import { asClock, serverNow } from '../core/time.js'
import { Mark, Pill } from './pill.js'
import { DeviceResult, LinkResult, READY } from './ready-found.js'

const SEEN = { read: 'ok', seen: 'ok', unread: 'quiet', unseen: 'quiet', changed: 'warn' }

/** How the room stands: `{tone, mark, words}`; one that is away by its calendar is not waited for. */
export function readyState(room, briefVersion, now) {
  if (room.away) return { tone: 'quiet', mark: 'quiet', words: t(`plan.away.${room.away}`) }
  const { status, report, isExpired } = readinessOf(room, briefVersion, now)
  const key = isExpired ? 'expired' : status
  const since = report ? ` · ${asClock(report.at, locale.value)}` : ''
  return { mark: READY[key].tone, ...READY[key], words: `${t(`ready.is.${key}`)}${since}` }
}

export function RoomReadiness({ room, names, briefVersion }) {
  const state = readyState(room, briefVersion, serverNow())
  const { report, brief, accommodations } = readinessOf(room, briefVersion, serverNow())
  const phone = names.phone(room.site_id)
  const isChecked = report && report.status !== 'checking'
  return html`
    <${Pill} tone=${state.tone} mark=${state.mark}>${state.words}<//>
    <ul class="room-ready small" role="list">
      <li class="supervisors"><${Adults} ...${{ room, names }} /></li>
      ${isChecked && report.microphone !== 'not_checked' && html`<li><${DeviceResult} name="microphone" result=${report.microphone} /></li>`}
      ${isChecked && report.camera !== 'not_checked' && html`<li><${DeviceResult} name="camera" result=${report.camera} /></li>`}
      ${isChecked && report.loss_percent !== null && html`<li><${LinkResult} found=${report} /></li>`}
      <li>${brief !== 'none' && html`<${Seen} is=${brief} of="brief" />`} <${Seen} is=${accommodations} of="accommodations" /></li>
      ${(phone || (isChecked && report.phone !== 'not_checked')) && html`<li><${Phone} ...${{ phone, report }} /></li>`}
      ${report?.note && html`<li class="room-note" dir="auto">${report.note}</li>`}
    </ul>
  `
}

const Seen = ({ is, of }) => html`<span class=${`found ${SEEN[is]}`}><${Mark} name=${SEEN[is]} /> ${t(`ready.${of}.${is}Short`)}</span>`

function Phone({ phone, report }) {
  const state = { reached: 'ok', not_reached: 'bad' }[report?.phone]
  return html`<span class=${`found ${state ?? ''}`}>
    ${state && html`<${Mark} name=${state} /> `}${t('ready.phoneShort')}${' '}
    ${phone ? html`<a href=${`tel:${phone.replace(/[^+\d]/g, '')}`}>${phone}</a>` : t(`ready.phone.${report.phone}`)}
    ${phone && state && html` <b>${t(`ready.phone.${report.phone}`)}</b>`}
  </span>`
}

/** Who is in the room, each with whether the record knows them as cleared; or who is named for it. */
function Adults({ room, names }) {
  const here = presentIn(room)
  if (here.length === 0) {
    return html`${t('room.supervisors')} ${room.supervisor_ids.map(names.person).join(', ') || t('room.nobody')} <span class="mute">· ${t('ready.nobodyYet')}</span>`
  }
  const cleared = new Map(room.duty.adults.map((one) => [one.person_id, one.is_cleared]))
  return html`${t('room.onDuty')} ${here.map(
    (id) => html`<span key=${id} class=${`found ${cleared.get(id) ? 'ok' : 'bad'}`}>
      <${Mark} name=${cleared.get(id) ? 'ok' : 'bad'} /> ${names.person(id)} ${!cleared.get(id) && html`<b>${t('ready.notCleared')}</b>`}
    </span>`,
  )}`
}
