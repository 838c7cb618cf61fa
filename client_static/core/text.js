// Every word on the screens, from one catalogue per language. A key that a catalogue lacks is a fault that a test finds;
// at run time the English is shown, and the key itself rather than nothing.
import { computed, signal } from '@preact/signals-core'

import en from '../locales/en.js'
import es from '../locales/es.js'

/** What is spoken, by language: its words, and the regional form in which numbers and times are written. */
// American forms for both, whatever region the device is set to: the schools' bells and dates are written so.
export const LANGUAGES = {
  en: { words: en, locale: 'en-US' },
  es: { words: es, locale: 'es-US' },
}

/** The language in use. Components that call `t` in their render follow it. */
export const language = signal('en')

/** Its regional form, for `Intl`. */
export const locale = computed(() => LANGUAGES[language.value].locale)

/**
 * The text for `key` with its `{holes}` filled, numbers as the language writes them. An entry that is an object holds
 * plural forms, chosen by the hole `n` (`Intl.PluralRules`: one, many, other, …; an exact number as a key wins).
 */
export function t(key, holes = {}) {
  const entry = LANGUAGES[language.value].words[key] ?? en[key] ?? key
  const form = typeof entry === 'string' ? entry : plural(entry, holes.n)
  return form.replace(/\{(\w+)\}/g, (hole, name) => (name in holes ? written(holes[name]) : hole))
}

/** A figure as the language writes it. */
export const asNumber = (n) => new Intl.NumberFormat(locale.value).format(n)

/** What students need, in words: a program may have codes that the catalogue does not know, which are shown as they are. */
export const needs = (codes) =>
  codes.map((code) => (`need.${code}` in en ? t(`need.${code}`) : code.replaceAll('_', ' '))).join(', ')

/** The text for a coded error: our own words where we have them, else the server's, which are English. */
export function why(error) {
  const key = `error.${error?.code}`
  if (key in en) return t(key)
  return error?.message ? sentence(error.message) : t('error.unknown')
}

const written = (value) => (typeof value === 'number' ? asNumber(value) : String(value))

function plural(forms, n) {
  return forms[n] ?? forms[new Intl.PluralRules(locale.value).select(n)] ?? forms.other
}

function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?…]$/.test(text) ? text : `${text}.`
}
