// What a page reads from the server and, where it asks for that, reads again while somebody looks at it, and when somebody
// looks at it again.
import { useEffect, useState } from 'preact/hooks'

import { loadSession } from './session.js'

/** Whoever turns to the page and away again has it as fresh as this. */
const FRESH_MS = 15_000

/** `[value, error, read]`: `value` stays while it is read again; `key`: when it changes, something else is wanted. */
export function useLoaded(load, every = 0, key = '') {
  const [value, setValue] = useState(null)
  const [error, setError] = useState(null)
  async function read() {
    try {
      setValue(await load())
      setError(null)
    } catch (problem) {
      if (problem.status === 401) loadSession()
      setError(problem)
    }
  }
  useEffect(() => {
    let isWanted = true
    let readAt = 0
    // What was asked for before must not come in over what is wanted now.
    const readHere = async () => {
      readAt = Date.now()
      try {
        const found = await load()
        if (isWanted) (setValue(found), setError(null))
      } catch (problem) {
        if (problem.status === 401) loadSession()
        if (isWanted) setError(problem)
      }
    }
    readHere()
    if (!every) return () => (isWanted = false)
    const isSeen = () => document.visibilityState === 'visible'
    const timer = setInterval(() => isSeen() && readHere(), every)
    const look = () => isSeen() && Date.now() - readAt > FRESH_MS && readHere()
    document.addEventListener('visibilitychange', look)
    return () => {
      isWanted = false
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [key])
  return [value, error, read]
}
