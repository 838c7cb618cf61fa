// A state as colour, mark and word together: colour never speaks alone, and the mark is for eyes only.
import { html } from '../core/html.js'

export const MARKS = {
  ok: '✓',
  warn: '▲',
  bad: '✕',
  info: '●',
  quiet: '○',
  wait: '…',
  stuck: '↻',
  held: '◷',
  blocking: '!',
  like: '≈',
  together: '+',
  restated: '✎',
  later: '◷',
}

export const Mark = ({ name }) => html`<span class="mark" aria-hidden="true">${MARKS[name]}</span>`

/** `tone`: ok, warn, bad, info or quiet; `mark`: a name of MARKS, the tone's own by default. */
export const Pill = ({ tone, mark = tone, children }) =>
  html`<span class=${`pill ${tone}`}><${Mark} name=${mark} /><span>${children}</span></span>`
