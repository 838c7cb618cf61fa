// Says what a broken link means for the person and what the page does about it. Nothing while all is well.
import { html } from '../core/html.js'
import { isKept } from '../core/tablet.js'
import { t, why } from '../core/text.js'
import { Mark } from './pill.js'
import { SignInForm } from './sign-in-form.js'

const SIGNED_OUT = new Set(['not_signed_in', 'revoked', 'expired'])

export function LinkNotice({ meeting }) {
  const { link, problem, wholeAt } = meeting.live
  if (link.value === 'connected' || (link.value === 'connecting' && wholeAt.value === null)) return null
  if (link.value === 'refused') return html`<${Refused} meeting=${meeting} error=${problem.value} />`
  return html`
    <div class="notice warn">
      <${Mark} name="warn" />
      <div class="notice-text">
        <b>${t(`notice.${link.value}`)}</b>
        <span>${t(wholeAt.value === null ? 'notice.nothingYet' : isKept() ? 'notice.old' : 'notice.oldOnPage')}</span>
      </div>
    </div>
  `
}

function Refused({ meeting, error }) {
  const isSignedOut = SIGNED_OUT.has(error?.code)
  return html`
    <div class="notice bad">
      <${Mark} name="bad" />
      <div class="notice-text">
        <b>${why(error)}</b>
        ${isSignedOut
          ? html`<span>${t('notice.signInAgain')}</span><${SignInForm} onDone=${() => meeting.retry()} />`
          : html`<span>${t('notice.refused')}</span>
              <span class="command-ways">
                <a class="btn" href="/">${t('bar.home')}</a>
                <button class="btn" onClick=${() => meeting.retry()}>${t('problem.retry')}</button>
              </span>`}
      </div>
    </div>
  `
}
