// One class on the board of all classes: what is wrong in it, its figures, and on demand a line for each room.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { byKind, linkLook, siteNameOf, toneOf, wordsOf } from '../core/live-board.js'
import { meetingPath, roomPath } from '../core/router.js'
import { locale, t } from '../core/text.js'
import { asClock, asDay, asTimes, asWait, isSameDay, serverInstant, serverNow } from '../core/time.js'
import { Mark, Pill } from './pill.js'
import { Wait } from './wait.js'

/** `isGone`: it is not on any more, and stays only until whoever is on the list has left it. */
export const LiveClass = ({ one, isGone }) => html`
  <li class=${`live-class ${isGone ? 'quiet' : toneOf(one)}`}>
    <div class="live-class-head">
      <h3><a href=${meetingPath(one.id)}>${one.title}</a></h3>
      <${Status} ...${{ one, isGone }} />
      <span class="small mute">${aboutOf(one)}</span>
    </div>
    ${!isGone && html`<${Concerns} one=${one} /><${Figures} one=${one} /><${Rooms} one=${one} />`}
  </li>
`

function aboutOf({ section_title: section, teachers, starts_at: from, ends_at: to }) {
  // One that nobody started may be of yesterday.
  const day = isSameDay(from, serverInstant()) ? [] : [asDay(from, locale.value)]
  return [section, ...teachers.map(({ name }) => name), ...day, asTimes(from, to, locale.value)].join(' · ')
}

function Status({ one, isGone }) {
  if (isGone) return html`<${Pill} tone="quiet">${t('live.gone')}<//>`
  if (one.status === 'live') return html`<${Pill} tone="info">${t('home.liveNow')}<//>`
  if (one.status === 'lobby') return html`<${Pill} tone="quiet" mark="wait">${t('status.lobby')}<//>`
  const words = one.starts_at > serverNow() ? 'live.starts' : 'live.wasToStart'
  return html`<${Pill} tone="quiet" mark="held">${t(words, { time: asClock(one.starts_at, locale.value) })}<//>`
}

function Concerns({ one }) {
  const kinds = byKind(one.concerns)
  if (kinds.length === 0) return html`<p class="live-well"><${Mark} name="ok" /> ${t('live.well')}</p>`
  return html`<ul class="live-concerns" role="list">
    ${kinds.map(
      ({ code, tone, mark, places }) => html`<li key=${code} class=${`concern ${tone}`}>
        <${Mark} name=${mark} />
        <span>
          <b>${t(wordsOf(code), { code })}</b>
          ${places.map(
            ({ site_id: id, since }) => html`<span key=${id} class="concern-place">
              ${id !== null && html`<a href=${roomPath(one.id, id)}>${siteNameOf(one, id)}</a>`}
              ${' '}<span class="whole">${t('concern.for')} <${Wait} since=${since} /></span>
            </span>`,
          )}
        </span>
      </li>`,
    )}
  </ul>`
}

function Figures({ one }) {
  const { rooms, linked, waiting, waiting_since: since, on_way_back: back } = one.figures
  const without = one.rooms.filter((room) => room.is_left_out).length
  return html`<p class="live-figures small">
    <span>${t('live.linked', { n: linked, of: rooms })}</span>
    ${without > 0 && html`<span>${t('live.goesOnWithout', { n: without })}</span>`}
    <span>${t('home.waiting', { n: waiting })}${since !== null && html`, ${t('room.oldest')} <${Wait} since=${since} />`}</span>
    ${back > 0 && html`<span>${t('live.onWayBack', { n: back })}</span>`}
  </p>`
}

/** Made only once they are opened: three hundred classes have two thousand rooms. */
function Rooms({ one }) {
  const [isOpen, setOpen] = useState(false)
  return html`<details class="live-rooms" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${t('live.rooms', { n: one.rooms.length })}</summary>
    ${isOpen &&
    html`<ul role="list">
      ${one.rooms.map((room) => html`<${Room} key=${room.site_id} ...${{ room, one }} />`)}
    </ul>`}
  </details>`
}

function Room({ room, one }) {
  const { status, last_heard_at: heardAt } = room.link
  return html`<li>
    <a href=${roomPath(one.id, room.site_id)}>${room.site_name}</a>
    <span>${adultsOf(room, one)}</span>
    <${Pill} ...${linkLook(status, one.status === 'live')}>
      ${t(`live.link.${status}`)}${heardAt !== null && html`<${Heard} at=${heardAt} />`}
    <//>
    <span>${room.waiting > 0 ? t('home.waiting', { n: room.waiting }) : ''}</span>
  </li>`
}

/** It ticks by itself. */
const Heard = ({ at }) => html`<span>, ${t('live.heard', { ago: asWait(serverNow() - at) })}</span>`

/** Who is in the room, or why nobody need be. */
function adultsOf(room, one) {
  if (room.away !== null) return t(`plan.away.${room.away}`)
  if (room.is_left_out) return t('live.without')
  if (room.adults.length > 0) return room.adults.map(({ name }) => name).join(', ')
  return t(one.status === 'live' ? 'room.uncovered' : 'duty.nobody')
}
