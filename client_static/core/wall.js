// The page's clock, set by the page while it is open.
import { useLayoutEffect } from 'preact/hooks'

import { wall, wallOf } from './time.js'

/** `zone`: whose clock this page goes by, undefined for this device's; `others`: whose clocks its readers live by too. */
export function useWall(zone, others = []) {
  useLayoutEffect(() => {
    wall.value = wallOf(zone, others)
    return () => (wall.value = wallOf(undefined))
  }, [zone, others.join()])
}

/** In a class: a room's people by the room's own clock, everybody else by their device's. `siteId`: null, no one room. */
export const useClassWall = (names, siteId = null) => useWall(names.zone(siteId), siteId === null ? names.zones : [])
