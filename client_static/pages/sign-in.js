// Nobody is signed in.
import { useEffect } from 'preact/hooks'

import { Heading } from '../components/bar.js'
import { LanguageSwitch } from '../components/language-switch.js'
import { SignInForm } from '../components/sign-in-form.js'
import { html } from '../core/html.js'
import { language, t } from '../core/text.js'

export function SignInPage() {
  useEffect(() => {
    document.title = t('title.page', { page: t('signIn.title') })
  }, [language.value])
  return html`
    <main id="main" class="door">
      <div class="door-card">
        <p class="wordmark">${t('app.name')}</p>
        <${Heading}>${t('signIn.title')}<//>
        <${SignInForm} />
        <p class="small mute">${t('signIn.lost')}</p>
        <${LanguageSwitch} />
      </div>
    </main>
  `
}
