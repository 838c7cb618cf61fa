// What a page reads from the server and, where it asks for that, reads again while somebody looks at it.
import { useEffect, useState } from 'preact/hooks'

import { loadSession } from './session.js'

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
    // What was asked for before must not come in over what is wanted now.
    const readHere = async () => {
      try {
        const found = await load()
        if (isWanted) (setValue(found), setError(null))
      } catch (problem) {
        if (problem.status === 401) loadSession()
        if (isWanted) setError(problem)
      }
    }
    readHere()
    const timer = every && setInterval(() => document.visibilityState === 'visible' && readHere(), every)
    return () => {
      isWanted = false
      clearInterval(timer)
    }
  }, [key])
  return [value, error, read]
}
