// The true state of something a person did and the server has not acknowledged yet, in exact words.
import { html } from '../core/html.js'
import { t, why } from '../core/text.js'
import { Mark } from './pill.js'

const TONES = { sending: 'held', saved: 'held', sent: 'held', refused: 'refused' }
const MARKS = { sending: 'wait', saved: 'held', sent: 'wait', refused: 'bad' }

export const commandWords = (entry) =>
  entry.state === 'refused' ? t('command.refused', { why: why(entry.error) }) : t(`command.${entry.state}`)

/** `onEdit` opens what was written again; `onDrop` throws it away. Both only for a refused command. */
export function CommandNote({ entry, commands, onEdit, onDrop }) {
  const isRefused = entry.state === 'refused'
  return html`
    <div class=${`command ${TONES[entry.state]}`}>
      <span><${Mark} name=${MARKS[entry.state]} /> ${commandWords(entry)}</span>
      ${isRefused &&
      html`<span class="command-ways">
        <button class="btn big" onClick=${() => commands.retry(entry.command_id)}>${t('command.retry')}</button>
        ${onEdit && html`<button class="btn big" onClick=${onEdit}>${t('command.edit')}</button>`}
        ${onDrop && html`<button class="btn big" onClick=${onDrop}>${t('command.drop')}</button>`}
      </span>`}
    </div>
  `
}
