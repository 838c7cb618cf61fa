// The teacher calls on a student of this room: an adult says in one tap whether they are ready.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { CommandNote } from './command-note.js'
import { LongText } from './long-text.js'
import { Mark } from './pill.js'

const RESPONSES = { called: ['ready', 'not_here'], ready: ['not_here'], not_here: ['ready'] }

/** `question`: the one that the call is about, if there is one. */
export function CallCard({ call, names, question, entry, commands, onAnswer }) {
  const who = names.student(call.student_id)
  const isNew = call.status === 'called'
  const title = t(`call.${call.status}`, { who })
  return html`
    <li class=${`our call ${isNew ? 'is-back' : ''}`} tabindex="-1" onClick=${keepFocus}>
      <p class="call-title"><${Mark} name=${isNew ? 'info' : 'ok'} /> <b>${title}</b></p>
      ${question && html`<p class="our-text"><${LongText} text=${question.text} /></p>`}
      ${entry
        ? html`<${CommandNote} ...${{ entry, commands }} onDrop=${() => commands.take(entry.command_id)} />`
        : html`<div class="ways" role="group" aria-label=${title}>
            ${RESPONSES[call.status].map(
              (response) => html`<button
                key=${response}
                class=${`btn big ${isNew && response === 'ready' ? 'primary' : ''}`}
                onClick=${() => onAnswer(call, response)}
              >
                ${t(`call.say.${response}`)}
              </button>`,
            )}
          </div>`}
    </li>
  `
}

const keepFocus = (event) => event.target.closest('button') && event.currentTarget.focus({ preventScroll: true })
