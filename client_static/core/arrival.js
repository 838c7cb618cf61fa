// Coming to another page moves the focus to its heading, so that the keyboard and a screen reader are where the eyes are.
// A page may take a moment and a second heading to appear (loading, then the class): each new heading takes the focus until
// the person does something of their own.

let isArriving = false

/** Somebody went to another page. */
export function arrive() {
  isArriving = true
}

/** Whether a heading that appears now should take the focus. */
export const mayTakeFocus = () => isArriving

export function startArrivals() {
  const acted = () => (isArriving = false)
  addEventListener('keydown', acted, { capture: true })
  addEventListener('pointerdown', acted, { capture: true })
}
