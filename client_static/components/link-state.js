// The truth about the link: its state, and how old what is shown is. It ticks, so it is no live region; the page
// announces the changes of state instead.
import { useEffect, useRef } from 'preact/hooks'

import { say } from '../core/announce.js'
import { html } from '../core/html.js'
import { locale, t } from '../core/text.js'
import { asSeconds, asWait, tick } from '../core/time.js'
import { Pill } from './pill.js'

/** Heads come every 10 s; anything older than this is worth a second look even while the link is up. */
const OLD_MS = 16_000

const TONES = { connecting: 'info', connected: 'ok', reconnecting: 'warn', offline: 'bad', refused: 'bad' }
const MARKS = { connecting: 'wait', connected: 'info', reconnecting: 'stuck' }

export function LinkState({ live }) {
  const link = live.link.value
  const age = live.wholeAt.value === null ? null : Math.max(0, tick.value - live.wholeAt.value)
  const isOld = link === 'connected' && age > OLD_MS
  const tone = isOld ? 'warn' : TONES[link]
  return html`<${Pill} tone=${tone} mark=${isOld ? 'warn' : (MARKS[link] ?? tone)}>
    <span class="link-word">${t(`link.${link}`)}</span>
    ${age !== null && html`<${Age} age=${asAge(age)} />`}
  <//>`
}

/** In few words where there is little room. */
const Age = ({ age }) => html`<span class="link-age">
  ${' '}· <span class="link-whole">${t('link.age', { age })}</span><span class="link-brief">${t('link.ageBrief', { age })}</span>
</span>`

const asAge = (millis) => (millis < 60_000 ? asSeconds(millis, locale.value) : asWait(millis))

/** Speaks when the link changes, once it has been up. */
export function useLinkAnnounced(live) {
  const before = useRef(live.link.value)
  const link = live.link.value
  useEffect(() => {
    const was = before.current
    before.current = link
    if (was === link || (was === 'connecting' && link === 'connected')) return
    if (link !== 'connecting') say(t(`link.said.${link}`))
  }, [link])
}
