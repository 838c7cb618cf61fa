// E-mail and password. Used by the sign-in page, and in place of a live page whose session ended.
import { useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { signIn } from '../core/session.js'
import { t } from '../core/text.js'
import { Problem } from './problem.js'

export function SignInForm({ onDone }) {
  const [error, setError] = useState(null)
  const [isBusy, setBusy] = useState(false)
  const email = useRef(null)
  const password = useRef(null)

  async function submit(event) {
    event.preventDefault()
    if (isBusy) return
    setBusy(true)
    setError(null)
    try {
      await signIn(email.current.value.trim(), password.current.value)
      onDone?.()
    } catch (problem) {
      // At the door, "not signed in" means that what was typed did not open it.
      setError(problem.code === 'not_signed_in' ? { code: 'wrong_password' } : problem)
      setBusy(false)
      password.current?.select()
      password.current?.focus()
    }
  }

  return html`
    <form class="sign-in" onSubmit=${submit} method="post">
      <div role="alert">${error && html`<${Problem} error=${error} />`}</div>
      <label>
        <span>${t('signIn.email')}</span>
        <input
          ref=${email}
          type="email"
          name="email"
          autocomplete="username"
          autocapitalize="none"
          spellcheck=${false}
          required
        />
      </label>
      <label>
        <span>${t('signIn.password')}</span>
        <input ref=${password} type="password" name="password" autocomplete="current-password" required />
      </label>
      <button class="btn primary big" aria-disabled=${isBusy}>${isBusy ? t('signIn.busy') : t('signIn.submit')}</button>
    </form>
  `
}
