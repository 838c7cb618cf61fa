// Who uses this page. The session itself is an HttpOnly cookie that no script can read; what is here is what the server
// says about it.
import { batch, signal } from '@preact/signals-core'

import { api } from './api.js'
import { arrive } from './arrival.js'
import { closeAll } from './meeting.js'

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
    if (session.value === null) arrive()
    batch(() => {
      session.value = found
      sessionProblem.value = null
    })
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

export async function signOut({ isEverywhere = false } = {}) {
  await (isEverywhere ? api.signOutEverywhere() : api.signOut())
  closeAll()
  lastPerson = null
  arrive()
  session.value = null
}
