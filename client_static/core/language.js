// Which language this device speaks: what was chosen here before, else the first of the browser's languages that there
// is a catalogue for, else English. The choice belongs to the device, as a tablet is handed from adult to adult.
import { effect } from '@preact/signals-core'

import { LANGUAGES, language } from './text.js'

const REMEMBERED = 'longroom.language'

/** The languages that one may change to. */
export const others = () => Object.keys(LANGUAGES).filter((one) => one !== language.value)

/** A language's name, in that language. */
export const nameOf = (one) => LANGUAGES[one].words['language.name']

/** Speak another language from now on: every text on the page follows at once, and nothing that was written is lost. */
export function speak(one) {
  language.value = one
  try {
    localStorage.setItem(REMEMBERED, one)
  } catch {
    // A browser that keeps nothing keeps the choice for this page only.
  }
}

/** The first of these languages ("es-MX", "fr", …) that Longroom speaks. */
export function spokenOf(tags) {
  const known = tags.map((tag) => tag.toLowerCase().split('-')[0])
  return known.find((one) => Object.hasOwn(LANGUAGES, one)) ?? 'en'
}

/** Before the first rendering: find the language, and tell the browser and a screen reader whenever it changes. */
export function startSpeaking() {
  language.value = spokenOf([remembered(), ...(navigator.languages ?? [])].filter(Boolean))
  effect(() => {
    document.documentElement.lang = language.value
  })
}

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED)
  } catch {
    return null
  }
}
