// Signing off. Nothing of the person stays on the tablet; where something was not sent, they are told first what goes.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { countUnsent } from '../core/meeting.js'
import { signOut } from '../core/session.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'
import { Pill } from './pill.js'

export function SignOut() {
  const [isRefused, setRefused] = useState(false)
  const [unsent, setUnsent] = useState(0)
  const keep = () => setUnsent(0)
  async function leave() {
    keep()
    try {
      await signOut()
    } catch {
      setRefused(true)
    }
  }
  const ask = () => (countUnsent() > 0 ? setUnsent(countUnsent()) : leave())
  return html`
    ${isRefused && html`<${Pill} tone="bad">${t('home.stillIn')}<//>`}
    <button class="btn big" onClick=${ask}>${t('home.signOut')}</button>
    ${unsent > 0 &&
    html`<${Dialog} title=${t('signOut.title', { n: unsent })} onClose=${keep}>
      <p>${t('signOut.deleted')}</p>
      <div class="dialog-ways">
        <button class="btn big" autofocus onClick=${keep}>${t('signOut.keep')}</button>
        <button class="btn big danger" onClick=${leave}>${t('signOut.submit')}</button>
      </div>
    <//>`}
  `
}
