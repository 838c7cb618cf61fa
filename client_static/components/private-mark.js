// A question that only its own room and the teachers may read: a lock and the word.
import { html } from '../core/html.js'
import { t } from '../core/text.js'

export const PrivateMark = () => html`
  <span class="private">
    <svg class="lock" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d="M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7zm2 0h4V5a2 2 0 0 0-4 0z" />
    </svg>
    <span>${t('board.private')}</span>
  </span>
`
