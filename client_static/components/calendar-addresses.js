// The addresses of one's own calendar: make one, copy it while it is shown, revoke it. The secret in it is shown once and
// is kept nowhere on this device.
import { useState } from 'preact/hooks'

import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { useLoaded } from '../core/loaded.js'
import { locale, t } from '../core/text.js'
import { asClock, asDay } from '../core/time.js'
import { Problem } from './problem.js'

export function CalendarAddresses() {
  const [found, error, reload] = useLoaded(api.feeds)
  const [made, setMade] = useState(null)
  const [copied, setCopied] = useState(false)
  const [fault, setFault] = useState(null)
  const act = (work) => async () => {
    try {
      setFault(null)
      await work()
      await reload()
    } catch (problem) {
      setFault(problem)
    }
  }
  const make = act(async () => {
    setCopied(false)
    setMade(await api.makeFeed())
  })
  const revoke = (id) =>
    act(async () => {
      await api.revokeFeed(id)
      if (made?.id === id) setMade(null)
    })
  async function copy() {
    // Where the browser does not let a page copy, the address stands there, selected, to be copied by hand.
    try {
      await navigator.clipboard.writeText(made.url)
      setCopied(true)
    } catch {
      document.getElementById('feed-url').select()
    }
  }
  const feeds = found?.feeds ?? []
  return html`
    <section class="feeds" aria-labelledby="feeds-title">
      <h2 id="feeds-title">${t('feed.title')}</h2>
      <p class="small">${t('feed.about')}</p>
      ${(error ?? fault) && html`<${Problem} error=${error ?? fault} onRetry=${error ? reload : undefined} />`}
      ${made &&
      html`<div class="notice info">
        <div class="notice-text">
          <label for="feed-url"><b>${t('feed.made')}</b></label>
          <input id="feed-url" readonly value=${made.url} onFocus=${(event) => event.target.select()} />
          <span class="small">${t('feed.once')}</span>
        </div>
        <button class="btn big" onClick=${copy}>${t(copied ? 'feed.copied' : 'feed.copy')}</button>
      </div>`}
      ${feeds.length > 0 &&
      html`<ul class="meetings" role="list">
        ${feeds.map(({ id, created_at: made_at }) => {
          const when = `${asDay(made_at, locale.value)}, ${asClock(made_at, locale.value)}`
          return html`<li key=${id}>
            <span>${t('feed.since', { when })}</span>
            <button class="btn" aria-label=${t('feed.revokeOne', { when })} onClick=${revoke(id)}>${t('feed.revoke')}</button>
          </li>`
        })}
      </ul>`}
      <div><button class="btn big" onClick=${make}>${t('feed.make')}</button></div>
    </section>
  `
}
