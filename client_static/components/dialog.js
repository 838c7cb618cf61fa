// A modal dialog: the browser's own, for its focus trap, Escape and return of focus.
import { useId, useLayoutEffect, useRef } from 'preact/hooks'

import { html } from '../core/html.js'

export function Dialog({ title, onClose, children }) {
  const ref = useRef(null)
  const titleId = useId()
  const isGone = useRef(false)
  // Before the next key: a hand that knows its way presses Enter at once.
  useLayoutEffect(() => {
    const opener = document.activeElement
    const dialog = ref.current
    dialog.showModal()
    return () => {
      // Its own close comes as an event later, when another dialog may have taken this one's place.
      isGone.current = true
      dialog.close()
      // The dialog is about to leave the page: the browser's own return of focus comes too late.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  const closed = () => !isGone.current && onClose()
  const onClick = (event) => event.target === ref.current && onClose()
  return html`
    <dialog ref=${ref} class="dialog" aria-labelledby=${titleId} onClose=${closed} onClick=${onClick}>
      <div class="dialog-body">
        <h2 id=${titleId}>${title}</h2>
        ${children}
      </div>
    </dialog>
  `
}
