// What stands in a form at this very moment. A page shows a change only in its next frame: on a slow tablet the next tap
// comes before that, and must neither undo the one before it nor send what was there before both.
import { useRef } from 'preact/hooks'

/** `{read, write}` over `draft`, which the page keeps, and `onDraft`, which changes it: `write(changes)` adds to the latest. */
export function useWritten(draft, onDraft) {
  const shown = useRef(draft)
  const latest = useRef(draft)
  if (shown.current !== draft) shown.current = latest.current = draft
  return {
    read: () => latest.current,
    write(changes) {
      latest.current = { ...latest.current, ...changes }
      onDraft(latest.current)
    },
  }
}
