// Tells when something has really been in front of somebody's eyes: in the viewport of a visible page, long enough to be
// read. "The teacher has seen it" is a statement in the record; a row below the fold does not make it true.

const LOOK_MS = 700

/** `report(key)` is called once for each key whose element was looked at. */
export function createSeen(report) {
  const keys = new WeakMap()
  const timers = new Map()
  const reported = new Set()

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, intersectionRatio, intersectionRect, rootBounds } of entries) {
        // A question taller than the screen is seen when it fills half of it.
        const fills = rootBounds && intersectionRect.height >= rootBounds.height / 2
        if (isIntersecting && (intersectionRatio >= 0.5 || fills)) begin(target)
        else cease(target)
      }
    },
    { threshold: [0, 0.25, 0.5] },
  )

  function begin(element) {
    if (timers.has(element)) return
    timers.set(element, setTimeout(() => look(element), LOOK_MS))
  }

  function look(element) {
    timers.delete(element)
    const key = keys.get(element)
    if (document.visibilityState !== 'visible') return
    if (key === undefined || reported.has(key)) return
    reported.add(key)
    report(key)
  }

  function cease(element) {
    clearTimeout(timers.get(element))
    timers.delete(element)
  }

  // Looked at again after the page was hidden: what is in view now starts its time anew.
  const shown = () => {
    if (document.visibilityState !== 'visible') return
    for (const element of watched) {
      observer.unobserve(element)
      observer.observe(element)
    }
  }
  const watched = new Set()
  document.addEventListener('visibilitychange', shown)

  return {
    watch(element, key) {
      keys.set(element, key)
      watched.add(element)
      observer.unobserve(element)
      observer.observe(element)
      return () => {
        watched.delete(element)
        observer.unobserve(element)
        cease(element)
      }
    },
    stop() {
      observer.disconnect()
      document.removeEventListener('visibilitychange', shown)
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
