// What somebody said, to the letter: as text, in its own direction, with its line breaks. A very long one is folded, and
// opens whole in one tap.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'

const LONG_LINES = 8
const LONG_CHARACTERS = 600

export function LongText({ text }) {
  const [isOpen, setOpen] = useState(false)
  if (!isLong(text)) return html`<span class="said" dir="auto">${text}</span>`
  return html`
    <span class=${`said ${isOpen ? '' : 'is-folded'}`} dir="auto">${text}</span>
    <button type="button" class="btn big fold" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
      ${t(isOpen ? 'text.fold' : 'text.open')}
    </button>
  `
}

export const isLong = (text) => text.length > LONG_CHARACTERS || text.split('\n').length > LONG_LINES
