// The first thing on the supervisor's screen: what is wrong and what to do about it, the worst first; or that all is
// well. Where there is something to do, a tap on it leads there.
import { html } from '../core/html.js'
import { isKept } from '../core/tablet.js'
import { asNumber, locale, t } from '../core/text.js'
import { asMoment } from '../core/time.js'
import { Mark } from './pill.js'
import { jumpTo } from './thumbs.js'
import { Wait } from './wait.js'

/** `toDo`, `waiting`, `putOff`, `refused`: how many. */
export function RoomStrip(props) {
  const state = stripOf(props)
  const inside = html`
    ${state.figure !== undefined && html`<span class="figure">${state.figure}</span>`}
    <span class="strip-text">
      <b><${Mark} name=${state.mark ?? state.tone} /> ${state.title}</b>
      <span>${state.under}</span>
    </span>
  `
  const look = `strip ${state.tone}`
  return props.toDo > 0
    ? html`<button id="strip" class=${look} onClick=${() => jumpTo('todo')}>${inside}</button>`
    : html`<div id="strip" class=${look} tabindex="-1">${inside}</div>`
}

function stripOf({ meeting, room, refused, toDo, waiting, putOff, link }) {
  if (refused > 0) return counted('bad', refused, 'strip.refused', t('strip.refusedDo'))
  if (link !== 'connected') return noLink()
  if (toDo > 0) return counted('info', toDo, 'strip.toDo', meanwhile(waiting, room))
  if (['scheduled', 'lobby'].includes(meeting.status)) return notStarted(meeting)
  if (['ended', 'reconciled'].includes(meeting.status)) return ended(waiting, putOff)
  if (waiting > 0) return { ...counted('info', waiting, 'strip.waiting', oldest(room)), mark: 'held' }
  return { tone: 'ok', title: t('strip.well'), under: t('strip.wellDo') }
}

const noLink = () => ({
  tone: 'warn',
  title: t('strip.noLink'),
  under: t(isKept() ? 'strip.noLinkDo' : 'strip.noLinkOnPage'),
})

const counted = (tone, n, key, under) => ({ tone, figure: asNumber(n), title: t(key, { n }), under })

const oldest = (room) => html`${t('strip.waitingDo')} <${Wait} since=${room.waiting_since} />`

const meanwhile = (waiting, room) =>
  waiting > 0 ? html`${t('strip.waiting', { n: waiting })} · ${oldest(room)}` : t('strip.noneWait')

function notStarted(meeting) {
  const time = asMoment(meeting.starts_at, locale.value)
  return { tone: 'info', mark: 'held', title: t(`strip.${meeting.status}`), under: t('strip.scheduledDo', { time }) }
}

function ended(waiting, putOff) {
  const under = waiting
    ? t('strip.endedWaiting', { n: waiting })
    : putOff
      ? t('strip.endedPutOff', { n: putOff })
      : t('strip.endedDone')
  return { tone: 'quiet', title: t('strip.ended'), under }
}
