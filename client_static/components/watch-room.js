// One room of a class, opened by whoever watches it: who is there and since when, its link, how long its students wait and
// for what, what it was told, and all that happened in it. Times are by the room's own clock.
import { useLayoutEffect, useRef } from 'preact/hooks'

import { mayTakeFocus } from '../core/arrival.js'
import { receiptState } from '../core/announcements.js'
import { uncoveredAt } from '../core/duty.js'
import { html } from '../core/html.js'
import { linkLook } from '../core/live-board.js'
import { wordsOfMark } from '../core/marks.js'
import { byOrder } from '../core/questions.js'
import { lasted } from '../core/spans.js'
import { locale, t } from '../core/text.js'
import { asSiteClock, asTimesAt, asWait, serverNow } from '../core/time.js'
import { LongText } from './long-text.js'
import { Pill } from './pill.js'
import { Wait } from './wait.js'
import { Watched } from './watched.js'

/** `onClose` takes the room away again; `wasPicked`: by a button of this page, so that the focus comes here. */
export function WatchRoom({ room, timeline, questions, announcements, names, isLive, onClose, wasPicked }) {
  const heading = useRef(null)
  useLayoutEffect(() => {
    if (wasPicked || mayTakeFocus()) heading.current.focus()
    else heading.current.scrollIntoView({ block: 'nearest' })
  }, [room.site_id])
  const zone = names.zone(room.site_id)
  const escape = (event) => event.key === 'Escape' && onClose()
  return html`
    <section class="panel watch-room" aria-labelledby="watch-room" onKeyDown=${escape}>
      <div class="watch-room-head">
        <h2 id="watch-room" ref=${heading} tabindex="-1">${names.site(room.site_id)}</h2>
        <button class="btn" onClick=${onClose}>${t('watch.close')}</button>
      </div>
      <div class="watch-room-parts">
        <${Part} title=${t('room.onDuty')}><${OnDuty} ...${{ room, names, zone }} /><//>
        <${Part} title=${t('watch.link')}><${Link} ...${{ room, timeline, zone, isLive }} /><//>
        <${Part} title=${t('watch.waits')}><${Waits} waits=${room.waits} /><//>
        <${Part} title=${t('watch.open')}><${Open} ...${{ room, questions, names }} /><//>
        <${Part} title=${t('announce.list')}><${Told} ...${{ room, announcements }} /><//>
        <${Part} title=${t('watch.history')}><${History} ...${{ timeline, names, zone }} /><//>
      </div>
    </section>
  `
}

const Part = ({ title, children }) => html`<div class="watch-part"><h3>${title}</h3>${children}</div>`
const Nothing = ({ children }) => html`<p class="mute">${children}</p>`
const at = (millis, zone) => asSiteClock(millis, zone, locale.value)

function OnDuty({ room, names, zone }) {
  const { adults } = room.duty
  const since = uncoveredAt(room, serverNow())
  return html`
    ${since !== null && html`<p><${Pill} tone="bad">${t('room.uncovered')} <${Wait} since=${since} /><//></p>`}
    ${adults.length === 0 && since === null && html`<${Nothing}>${t('duty.nobody')}<//>`}
    <ul role="list">
      ${adults.map(
        (one) => html`<li key=${one.person_id}>
          <b>${names.person(one.person_id)}</b> <span class="mute">${t('duty.since', { time: at(one.since, zone) })}</span>
          ${one.away_since !== null && html`<p><${Pill} tone="warn">${outOf(one, names, zone)}<//></p>`}
          ${!one.is_cleared && html`<p><${Pill} tone="warn">${t('watch.notCleared')}<//></p>`}
        </li>`,
      )}
    </ul>
  `
}

function outOf({ away_since: since, covered_by: by }, names, zone) {
  const out = t('watch.out', { time: at(since, zone) })
  return by === null ? out : `${out}, ${t('duty.coveredBy', { who: names.person(by) })}`
}

const IN_WORDS = { connected: 'linked', rejoined: 'linked', degraded: 'degraded', lost: 'lost' }

/** The link as it is now, and when it was lost: a loss that goes on counts to now. */
function Link({ room: { link }, timeline, zone, isLive }) {
  const status = IN_WORDS[link?.status] ?? 'unheard'
  const lost = timeline?.lost ?? []
  const now = serverNow()
  return html`
    <p>
      <${Pill} ...${linkLook(status, isLive)}>${t(`live.link.${status}`)}<//>
      ${link && html` <span class="mute">${t('duty.since', { time: at(link.since, zone) })}</span>`}
    </p>
    ${link && lost.length === 0 && html`<${Nothing}>${t('watch.neverLost')}<//>`}
    ${lost.length > 0 &&
    html`<p>${t('watch.lostFor', { wait: asWait(lasted(lost, now)) })}</p>
      <ul role="list" class="small mute">
        ${lost.map((one) => html`<li key=${one.from_at}>${asTimesAt(one.from_at, one.to_at ?? now, zone, locale.value)}</li>`)}
      </ul>`}
  `
}

const Waits = ({ waits }) => html`<dl class="watch-waits">
  ${['seen', 'answered', 'confirmed'].map((name) => {
    const { count, median, p90 } = waits[name]
    return html`<div key=${name}>
      <dt>${t(`report.to.${name}`)}</dt>
      <dd>${count === 0 ? html`<span class="mute">–</span>` : t('watch.wait', { n: count, median: asWait(median), p90: asWait(p90) })}</dd>
    </div>`
  })}
</dl>`

const WAITING = new Set(['queued', 'seen', 'claimed', 'answering', 'asked_back', 'merged'])

/** Nobody's words unless they were shared. */
function Open({ room, questions, names }) {
  const waiting = questions.filter((one) => one.site_id === room.site_id && WAITING.has(one.status)).sort(byOrder)
  return html`
    ${waiting.length === 0 && html`<${Nothing}>${t('watch.noneOpen')}<//>`}
    <ol role="list" class="list">
      ${waiting.map((question) => html`<${Watched} key=${question.question_id} ...${{ question, names }} isOfRoom=${true} />`)}
    </ol>
    ${room.on_way_back > 0 && html`<p class="small">${t('live.onWayBack', { n: room.on_way_back })}</p>`}
  `
}

const RECEIPTS = {
  unreached: { tone: 'warn', mark: 'held' },
  onTablet: { tone: 'info', mark: 'wait' },
  readOut: { tone: 'ok', mark: 'ok' },
}

/** What the room was told, the newest first, and its own receipt. */
function Told({ room, announcements }) {
  const told = announcements
    .map((one) => ({ ...one, receipt: one.rooms.find((receipt) => receipt.site_id === room.site_id) }))
    .filter((one) => one.receipt)
    .sort((a, b) => b.at - a.at)
  if (told.length === 0) return html`<${Nothing}>${t('watch.toldNothing')}<//>`
  return html`<ul role="list" class="watch-told">
    ${told.map(
      (one) => html`<li key=${one.announcement_id}><${LongText} text=${one.text} /> <${Receipt} one=${one} /></li>`,
    )}
  </ul>`
}

function Receipt({ one }) {
  const state = receiptState(one.receipt)
  if (one.withdrawn_at !== null && state !== 'readOut') return html`<${Pill} tone="quiet">${t('announce.withdrawn')}<//>`
  return html`<${Pill} ...${RECEIPTS[state]}>${t(state === 'readOut' ? 'watch.readOut' : `announce.${state}`)}<//>`
}

/** The newest first. */
function History({ timeline, names, zone }) {
  const marks = [...(timeline?.marks ?? [])].reverse()
  if (marks.length === 0) return html`<${Nothing}>${t('watch.nothingYet')}<//>`
  return html`<ol role="list" class="watch-history" tabindex="0" aria-label=${t('watch.history')}>
    ${marks.map(
      (one, n) => html`<li key=${marks.length - n}>
        <span class="mute">${at(one.at, zone)}</span>
        <span>
          ${t(wordsOfMark(one), { who: one.person_id === null ? '' : names.person(one.person_id) })}
          ${one.reason !== null && html`<span class="small mute">: ${t(`duty.reason.${one.reason}`)}</span>`}
        </span>
      </li>`,
    )}
  </ol>`
}
