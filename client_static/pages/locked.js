// The tablet is locked: nothing of a class is on the page or in its memory until the PIN has opened the key.
import { useEffect, useRef, useState } from 'preact/hooks'

import { Heading } from '../components/bar.js'
import { PinField } from '../components/pin-form.js'
import { Problem } from '../components/problem.js'
import { html } from '../core/html.js'
import { session, signOut, unlock } from '../core/session.js'
import { countWaiting } from '../core/tablet.js'
import { t } from '../core/text.js'
import { tick } from '../core/time.js'

export function LockedPage() {
  const [isForgotten, setForgotten] = useState(false)
  useEffect(() => {
    document.title = t('title.page', { page: t('locked.title') })
  }, [])
  return html`
    <main id="main" class="door">
      <div class="door-card">
        <p class="wordmark">${t('app.name')}</p>
        <${Heading}>${t('locked.title')}<//>
        ${isForgotten
          ? html`<${Forgotten} onBack=${() => setForgotten(false)} />`
          : html`<${Unlock} onForgotten=${() => setForgotten(true)} />`}
      </div>
    </main>
  `
}

function Unlock({ onForgotten }) {
  const [fault, setFault] = useState(null)
  const [until, setUntil] = useState(0)
  const [isBusy, setBusy] = useState(false)
  const field = useRef(null)
  const seconds = Math.ceil((until - tick.value) / 1000)
  useEffect(() => field.current.focus(), [])

  async function submit(event) {
    event.preventDefault()
    if (isBusy || seconds > 0 || !field.current.value) return
    setBusy(true)
    const { ok, wait, isTooSoon } = await unlock(field.current.value)
    if (ok) return
    setBusy(false)
    setUntil(Date.now() + wait)
    setFault(isTooSoon ? 'locked.tooSoon' : 'locked.wrong')
    field.current.value = ''
    field.current.focus()
  }

  return html`
    <form class="pin-form" onSubmit=${submit}>
      <p>${t('locked.who', { name: session.value.name })}</p>
      <${PinField} field=${field} words=${t('locked.pin')} isWrong=${Boolean(fault)} faultId="unlock-fault" />
      <p id="unlock-fault" class="fault" role="alert">${fault && t(fault)}</p>
      ${seconds > 0 && html`<p>${t('locked.wait', { n: seconds })}</p>`}
      <button class="btn primary big" aria-disabled=${isBusy || seconds > 0}>${t('locked.submit')}</button>
      <button type="button" class="btn big" onClick=${onForgotten}>${t('locked.forgotten')}</button>
    </form>
  `
}

/** Signing in again opens nothing: what lies here is deleted, and that is said first. */
function Forgotten({ onBack }) {
  const [waiting, setWaiting] = useState(null)
  const [error, setError] = useState(null)
  useEffect(() => void countWaiting().then(setWaiting), [])
  const leave = () => signOut().catch(setError)
  return html`
    <p>${t('locked.signIn')}</p>
    ${waiting !== null && html`<p><b>${t('locked.deleted', { n: waiting })}</b></p>`}
    <div role="alert">${error && html`<${Problem} error=${error} />`}</div>
    <button class="btn big" autofocus onClick=${onBack}>${t('locked.back')}</button>
    <button class="btn big danger" onClick=${leave}>${t('locked.leave')}</button>
  `
}
