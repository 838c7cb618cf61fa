// Who uses this page. The session itself is an HttpOnly cookie that no script can read; what is here is what the server
// says about it.
import { batch, effect, signal, untracked } from '@preact/signals-core'

import { api } from './api.js'
import { arrive } from './arrival.js'
import { closeAll, keepDrafts, resumeMeetings } from './meeting.js'
import { enterTablet, lockTablet, tablet, unlockTablet, wipeTablet } from './tablet.js'

/** undefined: not asked yet; null: nobody is signed in; else `GET /api/session`'s answer. */
export const session = signal(undefined)
export const sessionProblem = signal(null)

let lastPerson = null

export async function loadSession() {
  try {
    const found = await api.session()
    // What waits to be sent belongs to the person who did it; another person's page starts empty.
    if (lastPerson && lastPerson !== found.person_id) closeAll()
    lastPerson = found.person_id
    await enterTablet(found.person_id)
    if (session.value === null) arrive()
    batch(() => {
      session.value = found
      sessionProblem.value = null
    })
    resumeMeetings()
  } catch (error) {
    if (error.status === 401) session.value = null
    else sessionProblem.value = error
  }
}

export async function signIn(email, password) {
  await api.signIn(email, password)
  await loadSession()
  if (sessionProblem.value) throw sessionProblem.value
}

/** Nothing of the person stays on the tablet; what was not sent is deleted with it. */
export async function signOut({ isEverywhere = false } = {}) {
  await (isEverywhere ? api.signOutEverywhere() : api.signOut())
  closeAll()
  await wipeTablet()
  lastPerson = null
  arrive()
  session.value = null
}

/** Names and words need the PIN from here on; what waits goes out after it was typed. */
export async function lock() {
  keepDrafts()
  await lockTablet()
}

export async function unlock(pin) {
  const result = await unlockTablet(pin)
  if (result.ok) resumeMeetings()
  return result
}

// Locked, or gone by what another tab did: nothing readable stays in this page's memory.
effect(() => {
  const { state, isLeft } = tablet.value
  if (state === 'locked' || isLeft) untracked(closeAll)
  if (!isLeft) return
  lastPerson = null
  session.value = undefined
  untracked(loadSession)
})
