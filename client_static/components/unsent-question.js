// A question that the server has not acknowledged: it says where it lies until then.
import { html } from '../core/html.js'
import { CommandNote } from './command-note.js'

export const UnsentQuestion = ({ entry, names, commands, onEdit }) => html`
  <li class=${`our ${entry.state === 'refused' ? 'is-refused' : 'is-unsent'}`}>
    <p class="our-text"><b>${names.student(entry.data.student_id)}:</b> <span dir="auto">${entry.data.text}</span></p>
    <${CommandNote}
      ...${{ entry, commands }}
      onEdit=${onEdit && (() => onEdit(entry))}
      onDrop=${() => commands.take(entry.command_id)}
    />
  </li>
`
