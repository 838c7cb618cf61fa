// What the teacher tells this room: to be read out, and one tap says that it was.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { CommandNote } from './command-note.js'
import { LongText } from './long-text.js'
import { Mark } from './pill.js'

export function AnnouncementCard({ announcement, entry, commands, onReadOut }) {
  return html`
    <li class="our is-back" tabindex="-1" onClick=${keepFocus}>
      <p class="call-title"><${Mark} name="info" /> <b>${t('announce.readThis')}</b></p>
      <p class="our-text"><${LongText} text=${announcement.text} /></p>
      ${entry
        ? html`<${CommandNote} ...${{ entry, commands }} onDrop=${() => commands.take(entry.command_id)} />`
        : html`<button class="btn big primary" onClick=${onReadOut}>${t('announce.did')}</button>`}
    </li>
  `
}

const keepFocus = (event) => event.target.closest('button') && event.currentTarget.focus({ preventScroll: true })
