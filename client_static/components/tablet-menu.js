// This tablet: its PIN and its lock, in the bar; and what has to be said about what lies on it.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { countUnsent, hasUnkept } from '../core/meeting.js'
import { lock } from '../core/session.js'
import { declinePin, isKept, tablet, toldOfLoss } from '../core/tablet.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'
import { PinForm } from './pin-form.js'
import { Mark } from './pill.js'

export function TabletMenu() {
  const [step, setStep] = useState(null)
  const close = () => setStep(null)
  return html`
    <button class="btn big tablet-open" aria-haspopup="dialog" onClick=${() => setStep('menu')}>${t('tablet.menu')}</button>
    ${step === 'menu' && html`<${MenuDialog} onPin=${() => setStep('pin')} onClose=${close} />`}
    ${step === 'pin' && html`<${PinDialog} onDone=${() => setStep('menu')} onClose=${close} />`}
  `
}

const PinDialog = ({ onDone, onClose }) => html`
  <${Dialog} title=${t('pin.title')} onClose=${onClose}><${PinForm} ...${{ onDone, onClose }} /><//>
`

function MenuDialog({ onPin, onClose }) {
  const { hasPin } = tablet.value
  const [isRefused, setRefused] = useState(false)
  const lockNow = () => (hasUnkept() ? setRefused(true) : lock())
  return html`
    <${Dialog} title=${t('tablet.title')} onClose=${onClose}>
      <p>${whatWaits()}</p>
      ${isKept() && !hasPin && html`<p>${t('tablet.noPin')}</p>`}
      ${hasPin && countUnsent() > 0 && html`<p>${t('tablet.lockWaits')}</p>`}
      <p class="fault" role="alert">${isRefused && t('tablet.unkept')}</p>
      <div class="tablet-ways">
        ${hasPin && html`<button class="btn primary big" onClick=${lockNow}>${t('tablet.lock')}</button>`}
        ${isKept() &&
        html`<button class=${`btn big ${hasPin ? '' : 'primary'}`} onClick=${onPin}>
          ${t(hasPin ? 'tablet.changePin' : 'pin.title')}
        </button>`}
        <button class="btn big" onClick=${onClose}>${t('tablet.close')}</button>
      </div>
    <//>
  `
}

function whatWaits() {
  if (!isKept()) return t('tablet.absent')
  return hasUnkept() ? t('tablet.unkept') : t('tablet.unsent', { n: countUnsent() })
}

/** Offered where nobody is in a hurry, and only until it is declined. */
export function PinOffer() {
  const [isOpen, setOpen] = useState(false)
  const { state, hasPin, isDeclined } = tablet.value
  if (state !== 'open' || hasPin || isDeclined) return null
  const close = () => setOpen(false)
  return html`
    <div class="notice quiet">
      <span class="notice-text">${t('tablet.noPin')}</span>
      <span class="command-ways">
        <button class="btn big" onClick=${() => setOpen(true)}>${t('pin.title')}</button>
        <button class="btn big" onClick=${declinePin}>${t('pin.notNow')}</button>
      </span>
    </div>
    ${isOpen && html`<${PinDialog} onDone=${close} onClose=${close} />`}
  `
}

/** Told to the one whose words they were, and once. */
export function LostNotice() {
  const { state, lost } = tablet.value
  if (state !== 'open' || lost === 0) return null
  return html`
    <div class="notice bad" role="alert">
      <${Mark} name="bad" />
      <span class="notice-text">${t('tablet.lost', { n: lost })}</span>
      <button class="btn big" onClick=${toldOfLoss}>${t('tablet.lostRead')}</button>
    </div>
  `
}
