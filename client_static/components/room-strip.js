// The first thing on the supervisor's screen: what is wrong and what to do about it, the worst first; or that all is
// well.
import { html } from '../core/html.js'
import { isReturning, isWaiting } from '../core/questions.js'
import { asNumber, locale, t } from '../core/text.js'
import { asClock } from '../core/time.js'
import { Mark } from './pill.js'
import { Wait } from './wait.js'

export function RoomStrip({ meeting, room, own, refused, link }) {
  const state = stripOf({ meeting, room, own, refused, link })
  return html`
    <div class=${`strip ${state.tone}`}>
      ${state.figure !== undefined && html`<span class="figure">${state.figure}</span>`}
      <span class="strip-text">
        <b><${Mark} name=${state.mark ?? state.tone} /> ${state.title}</b>
        <span>${state.under}</span>
      </span>
    </div>
  `
}

function stripOf({ meeting, room, own, refused, link }) {
  const back = own.filter(isReturning).length
  const waiting = own.filter(isWaiting).length
  if (refused > 0) return counted('bad', refused, 'strip.refused', t('strip.refusedDo'))
  if (link !== 'connected') return { tone: 'warn', title: t('strip.noLink'), under: t('strip.noLinkDo') }
  if (back > 0) return counted('info', back, 'strip.back', t('strip.backDo'))
  if (meeting.status === 'scheduled') return notStarted(meeting)
  if (meeting.status === 'ended') return ended(waiting)
  if (waiting > 0) {
    const oldest = html`${t('strip.waitingDo')} <${Wait} since=${room.waiting_since} />`
    return { ...counted('info', waiting, 'strip.waiting', oldest), mark: 'held' }
  }
  return { tone: 'ok', title: t('strip.well'), under: t('strip.wellDo') }
}

const counted = (tone, n, key, under) => ({ tone, figure: asNumber(n), title: t(key, { n }), under })

function notStarted(meeting) {
  const time = asClock(meeting.starts_at, locale.value)
  return { tone: 'info', mark: 'held', title: t('strip.scheduled'), under: t('strip.scheduledDo', { time }) }
}

function ended(waiting) {
  const under = waiting ? t('strip.endedWaiting', { n: waiting }) : t('strip.endedDone')
  return { tone: 'quiet', title: t('strip.ended'), under }
}
