// "Merged. Undo (10)": quiet, in its own place so that nothing moves over it, and it waits while somebody is on it.
import { html } from '../core/html.js'
import { locale, t } from '../core/text.js'
import { asDue } from '../core/time.js'
import { KeyHint } from './key-hint.js'
import { Mark } from './pill.js'

export function UndoBar({ undo, desk, onUndo }) {
  const offer = undo.offer.value
  if (!offer) return null
  const due = asDue(desk.view(offer.question_id)?.due_at ?? 0, undefined, locale.value)
  const hold = () => undo.hold(true)
  const release = () => undo.hold(false)
  return html`
    <div
      class="undo"
      role="group"
      aria-label=${t('undo.title')}
      onFocusIn=${hold}
      onFocusOut=${release}
      onMouseEnter=${hold}
      onMouseLeave=${release}
    >
      <span><${Mark} name="ok" /> ${t(`undo.${offer.word}`, { due })} <span class="undo-text" dir="auto">${offer.text}</span></span>
      <button class="btn" onClick=${onUndo}>
        ${t('undo.do')}<span aria-hidden="true">(${offer.left})</span><${KeyHint} of="u" />
      </button>
    </div>
  `
}
