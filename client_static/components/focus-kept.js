// Keeps the focus on the page when what had it is gone: an answer that was just brought back leaves the list, and with it
// the button that was pressed. The focus goes to what comes next instead of falling to nowhere.
import { useLayoutEffect, useRef } from 'preact/hooks'

/** For an element: give it the returned ref. `nextIds`: where the focus goes, the first that is there. */
export function useFocusKept(nextIds) {
  const ref = useRef(null)
  const hadFocus = ref.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    if (!hadFocus || ref.current.contains(document.activeElement)) return
    const isLost = document.activeElement === document.body || document.activeElement === null
    const next = nextIds.map((id) => document.getElementById(id)).find(Boolean)
    if (isLost) next?.focus({ preventScroll: true })
  })
  return ref
}
