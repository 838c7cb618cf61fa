// What went wrong, in words, with what to do about it. The code is there for whoever is asked for help.
import { html } from '../core/html.js'
import { t, why } from '../core/text.js'
import { Mark } from './pill.js'

export const Problem = ({ error, onRetry, children }) => html`
  <div class="notice bad">
    <${Mark} name="bad" />
    <div class="notice-text">
      <b>${why(error)}</b>
      <span class="small">${t('problem.code', { code: error.code })}</span>
      ${children}
      ${onRetry && html`<span><button class="btn" onClick=${onRetry}>${t('problem.retry')}</button></span>`}
    </div>
  </div>
`
