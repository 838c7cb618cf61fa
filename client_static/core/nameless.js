// Whether a room's questions may be sent without saying who asks. Each room chooses, and its tablet remembers.
import { signal } from '@preact/signals-core'

const REMEMBERED = 'longroom.nameless.'

/** What was chosen on this page, by site. */
const chosen = signal({})

/** Whether this room sends without a name. Components that ask in their render follow the choice. */
export const isNameless = (siteId) => chosen.value[siteId] ?? remembered(siteId)

export function setNameless(siteId, isOn) {
  chosen.value = { ...chosen.value, [siteId]: isOn }
  try {
    if (isOn) localStorage.setItem(REMEMBERED + siteId, 'yes')
    else localStorage.removeItem(REMEMBERED + siteId)
  } catch {
    // A browser that keeps nothing keeps the choice for this page only.
  }
}

function remembered(siteId) {
  try {
    return localStorage.getItem(REMEMBERED + siteId) === 'yes'
  } catch {
    return false
  }
}
