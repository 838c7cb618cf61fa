// The other languages, each by its own name: who cannot read this page can still read that.
import { html } from '../core/html.js'
import { nameOf, others, speak } from '../core/language.js'

export const LanguageSwitch = () => html`
  <span class="languages">
    ${others().map(
      (one) => html`<button type="button" class="btn language" lang=${one} onClick=${() => speak(one)}>
        ${nameOf(one)}
      </button>`,
    )}
  </span>
`
