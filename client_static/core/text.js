// Every word on the screens, from one catalogue per language. A key that a catalogue lacks is a fault that a test finds;
// at run time the key itself is shown rather than nothing.
import { signal } from '@preact/signals-core'

import en from '../locales/en.js'

const CATALOGUES = { en }

/** The language in use. Components that call `t` in their render follow it. */
export const locale = signal('en')

/**
 * The text for `key` with its `{holes}` filled. An entry that is an object holds plural forms, chosen by the hole `n`
 * (`Intl.PluralRules`: one, other, …; an exact number as a key wins).
 */
export function t(key, holes = {}) {
  const entry = CATALOGUES[locale.value]?.[key] ?? CATALOGUES.en[key] ?? key
  const form = typeof entry === 'string' ? entry : plural(entry, holes.n)
  return form.replace(/\{(\w+)\}/g, (hole, name) => (name in holes ? String(holes[name]) : hole))
}

/** The text for a coded error: our own words where we have them, else the server's, which are written for people too. */
export function why(error) {
  const key = `error.${error?.code}`
  if (key in CATALOGUES[locale.value]) return t(key)
  return error?.message ? sentence(error.message) : t('error.unknown')
}

function plural(forms, n) {
  return forms[n] ?? forms[new Intl.PluralRules(locale.value).select(n)] ?? forms.other
}

function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
