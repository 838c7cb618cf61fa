// The true state of something a person did and the server has not acknowledged yet, in exact words.
import { html } from '../core/html.js'
import { t, why } from '../core/text.js'
import { Mark } from './pill.js'

const TONES = { sending: 'held', saved: 'held', sent: 'held', refused: 'refused' }
const MARKS = { sending: 'wait', saved: 'held', sent: 'wait', refused: 'bad' }

/** `where` it is kept: on a `tablet` or a `computer`; `way`: what can be done where it was refused, `edit` or `drop`. */
export function commandWords(entry, { where = 'tablet', way = 'drop' } = {}) {
  if (entry.state === 'refused') return t(`command.refused.${way}`, { why: why(entry.error) })
  return t(entry.state === 'saved' ? savedKey(entry.kept, where) : `command.${entry.state}`)
}

function savedKey(kept, where) {
  if (kept === null) return 'command.saving'
  return kept ? `command.saved.${where}` : 'command.onPage'
}

/** What a desk did and the server does not have yet, as rows of a list; `words(entry)` says what it was. */
export const UnsentRows = ({ entries, words, commands }) =>
  entries.map(
    (entry) => html`<li key=${entry.command_id}>
      <span class="deliver-text">${words(entry)}</span>
      <${CommandNote} ...${{ entry, commands }} where="computer" onDrop=${() => commands.take(entry.command_id)} />
    </li>`,
  )

/** `onEdit` opens what was written again; `onDrop` throws it away. Both only for a refused command. */
export function CommandNote({ entry, commands, onEdit, onDrop, where }) {
  const isRefused = entry.state === 'refused'
  const words = commandWords(entry, { where, way: onEdit ? 'edit' : 'drop' })
  return html`
    <div class=${`command ${TONES[entry.state]}`}>
      <span><${Mark} name=${MARKS[entry.state]} /> ${words}</span>
      ${isRefused &&
      html`<span class="command-ways">
        <button class="btn big" onClick=${() => commands.retry(entry.command_id)}>${t('command.retry')}</button>
        ${onEdit && html`<button class="btn big" onClick=${onEdit}>${t('command.edit')}</button>`}
        ${onDrop && html`<button class="btn big" onClick=${onDrop}>${t('command.drop')}</button>`}
      </span>`}
    </div>
  `
}
