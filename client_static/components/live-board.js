// Every class that goes on now, the worst first, for whoever watches over a program: what is wrong in words, and how old
// all of it is. While somebody is on the list it keeps its order, so that nothing moves under a finger, and says so.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

import { say } from '../core/announce.js'
import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { arranged, isOutOfOrder, newsOf, toneOf, wordsOf } from '../core/live-board.js'
import { createRefreshing } from '../core/refreshing.js'
import { loadSession } from '../core/session.js'
import { locale, t, why } from '../core/text.js'
import { asSeconds, asWait, tick } from '../core/time.js'
import { LiveClass } from './live-class.js'
import { Mark, Pill } from './pill.js'
import { Problem } from './problem.js'

/** Two refreshes that did not come: from here on what is shown may be over. */
const OLD_MS = 12_000
/** From here on nobody should act on it without looking elsewhere. */
const TOO_OLD_MS = 60_000

export function LiveBoard() {
  const board = useMemo(() => createRefreshing({ load: api.live, isSeen: () => document.visibilityState === 'visible' }), [])
  useEffect(() => {
    board.start()
    document.addEventListener('visibilitychange', board.look)
    return () => {
      document.removeEventListener('visibilitychange', board.look)
      board.stop()
    }
  }, [board])
  const [found, error] = [board.value.value, board.error.value]
  useEffect(() => {
    if (error?.status === 401) loadSession()
  }, [error])
  return html`
    <section class="live-board" aria-labelledby="live-title">
      <div class="watch-head">
        <h2 id="live-title">${t('live.title')}</h2>
        ${found && html`<${Age} askedAt=${board.askedAt.value} isFailing=${error !== null} />`}
      </div>
      ${found && error ? html`<${Stale} error=${error} onRetry=${board.read} />` : html`<p class="live-note small mute">${t('live.note')}</p>`}
      ${!found && error && html`<${Problem} error=${error} onRetry=${board.read} />`}
      ${!found && !error && html`<p class="loading">${t('app.loading')}</p>`}
      ${found && html`<${Classes} found=${found} />`}
    </section>
  `
}

/** How old all of it is; it ticks, so it is no live region. */
function Age({ askedAt, isFailing }) {
  const millis = Math.max(0, tick.value - askedAt)
  const age = millis < 60_000 ? asSeconds(millis, locale.value) : asWait(millis)
  const tone = millis > TOO_OLD_MS ? 'bad' : isFailing || millis > OLD_MS ? 'warn' : 'quiet'
  return html`<${Pill} tone=${tone} mark=${tone === 'quiet' ? 'info' : tone}>
    ${t(isFailing ? 'live.notRefreshed' : 'live.age', { age })}
  <//>`
}

/** What is below was so once. In the place of the note, so that nothing below moves. */
function Stale({ error, onRetry }) {
  useEffect(() => say(t('said.liveStale')), [])
  return html`<p class="live-note live-stale small">
    <${Mark} name="warn" /> <b>${why(error)}</b> ${t('live.stale')} <button class="link" onClick=${onRetry}>${t('problem.retry')}</button>
  </p>`
}

function Classes({ found }) {
  const { classes, left_out: leftOut } = found
  const [isEngaged, engaging] = useEngaged()
  const [known, shown, onSort] = useOrder(classes, isEngaged)
  const list = useStill(isEngaged)
  useNews(found)
  const ids = classes.map((one) => one.id)
  const bad = classes.filter((one) => toneOf(one) !== 'quiet').length
  if (shown.length === 0) return html`<p class="empty">${t('live.none')}</p>`
  return html`
    <div class="live-sum">
      <span>${t('live.classes', { n: classes.length })} · <b>${t('live.wrongIn', { n: bad })}</b></span>
      ${isOutOfOrder(shown, ids) &&
      html`<span class="live-held">${t('live.held')} <button class="link" onClick=${onSort}>${t('live.sort')}</button></span>`}
    </div>
    <ol class="live-classes" role="list" ref=${list} ...${engaging}>
      ${shown.map((id) => {
        const now = classes.find((one) => one.id === id)
        return html`<${LiveClass} key=${id} one=${now ?? known.get(id)} isGone=${!now} />`
      })}
    </ol>
    ${leftOut > 0 && html`<p class="small">${t('live.leftOut', { n: leftOut })}</p>`}
  `
}

/** The classes by id as they were last, the order that is shown, and what puts the worst first at once. */
function useOrder(classes, isHeld) {
  const order = useRef([])
  const known = useRef(new Map())
  const [, again] = useState(0)
  const ids = classes.map((one) => one.id)
  const before = order.current
  const shown = arranged(before, ids, isHeld)
  for (const one of classes) known.current.set(one.id, one)
  useEffect(() => {
    order.current = shown
    const first = classes.find((one) => one.id === shown[0])
    // Said where it matters: another class is the first to look at.
    if (before.length && before[0] !== shown[0] && first?.concerns.length) say(t('said.liveFirst', { title: first.title }))
  })
  const sort = () => {
    order.current = ids
    again((n) => n + 1)
  }
  return [known.current, shown, sort]
}

/** Says what has become badly wrong since the last answer. */
function useNews(found) {
  const before = useRef(null)
  useEffect(() => {
    for (const { code, title, site } of newsOf(before.current, found.classes)) {
      say(t('said.concern', { where: site ? `${site}, ${title}` : title, what: t(wordsOf(code), { code }) }))
    }
    before.current = found.classes
  }, [found])
}

/** A class above may get a line more: the one under the pointer or the focus stays where it is on the screen. */
function useStill(isHeld) {
  const list = useRef(null)
  const row = isHeld && (list.current?.querySelector(':scope > :focus-within') ?? list.current?.querySelector(':scope > :hover'))
  const top = row && row.getBoundingClientRect().top
  useLayoutEffect(() => {
    if (row?.isConnected) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: 'instant' })
  })
  return list
}

/** How long a pointer that rests counts as somebody's: a mouse may lie on the list all day. */
const RESTS_MS = 10_000
const LEAVES_MS = 1_500

/** Whether somebody has the focus, a finger or a pointer that moves on it; and the element's properties that tell. */
function useEngaged() {
  const [isEngaged, setEngaged] = useState(false)
  const held = useRef({ hasFocus: false, timer: null })
  useEffect(() => () => clearTimeout(held.current.timer), [])
  const wait = (millis) => {
    clearTimeout(held.current.timer)
    held.current.timer = setTimeout(() => {
      held.current.timer = null
      setEngaged(held.current.hasFocus)
    }, millis)
  }
  const touched = () => (setEngaged(true), wait(RESTS_MS))
  const focused = (hasFocus) => {
    held.current.hasFocus = hasFocus
    setEngaged(hasFocus || held.current.timer !== null)
  }
  const left = (event) => !event.currentTarget.contains(event.relatedTarget) && focused(false)
  return [
    isEngaged,
    {
      onPointerDown: touched,
      onPointerMove: touched,
      onPointerLeave: () => wait(LEAVES_MS),
      onFocusIn: () => focused(true),
      onFocusOut: left,
    },
  ]
}
