// The chalkboard bar on top of every page: where this is, the way home, and the other language.
import { useLayoutEffect, useRef } from 'preact/hooks'

import { mayTakeFocus } from '../core/arrival.js'
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { LanguageSwitch } from './language-switch.js'

export const Bar = ({ title, under, children, isHome = false }) => html`
  <header class="bar">
    ${!isHome && html`<a class="bar-home" href="/" aria-label=${t('bar.home')}><span aria-hidden="true">‹</span></a>`}
    <div class="bar-title">
      <${Heading}>${title}<//>
      ${under && html`<span class="small">${under}</span>`}
    </div>
    ${children}
    <${LanguageSwitch} />
  </header>
`

/** The page's own heading: where the focus goes when somebody comes to the page. */
export function Heading({ children }) {
  const ref = useRef(null)
  useLayoutEffect(() => {
    if (mayTakeFocus()) ref.current.focus()
  }, [])
  return html`<h1 ref=${ref} tabindex="-1">${children}</h1>`
}
