// What the teacher told the rooms, and each room's receipt: not reached, on the tablet, read out. In sight until every
// room has read it out or it is withdrawn.
import { announcedInSight, isUnread, standingOf } from '../core/announcements.js'
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { serverNow } from '../core/time.js'
import { UnsentRows } from './command-note.js'
import { KeyHint } from './key-hint.js'
import { LongText } from './long-text.js'
import { Pill } from './pill.js'

const STATES = {
  unreached: { tone: 'warn', mark: 'held' },
  onTablet: { tone: 'info', mark: 'wait' },
}

/** Without `canAnnounce` and `onWithdraw`: for whoever only looks on. */
export function Announcements({ announcements, rooms, names, commands, canAnnounce, onAnnounce, onWithdraw }) {
  const shown = announcedInSight(announcements, rooms, serverNow())
  const unsent = commands.entries.value.filter((one) => one.name === 'announcement.make' && one.state !== 'sent')
  const button = canAnnounce && html`<button class="btn" onClick=${onAnnounce}>${t('announce.do')}<${KeyHint} of="n" /></button>`
  if (shown.length + unsent.length === 0) return button
  return html`
    <section class="announcements" aria-labelledby="announced-title">
      <h2 id="announced-title">${t('announce.list')}</h2>
      <ul class="deliver" role="list" aria-labelledby="announced-title">
        <${UnsentRows} entries=${unsent} words=${({ data }) => data.text} commands=${commands} />
        ${shown.map((one) => html`<${Announced} key=${one.announcement_id} announcement=${one} ...${{ rooms, names, onWithdraw }} />`)}
      </ul>
      ${button}
    </section>
  `
}

function Announced({ announcement, rooms, names, onWithdraw }) {
  const { readOut, of, open } = standingOf(announcement)
  const isOpen = isUnread(announcement, rooms)
  return html`<li>
    <span class="announced-text"><${LongText} text=${announcement.text} /></span>
    ${announcement.withdrawn_at !== null
      ? html`<${Pill} tone="quiet">${t('announce.withdrawn')}<//>`
      : html`<${Pill} tone=${isOpen ? 'info' : 'ok'} mark=${isOpen ? 'wait' : 'ok'}>${t('announce.readOut', { n: readOut, of })}<//>`}
    ${isOpen && onWithdraw && html`<button class="btn slim" onClick=${() => onWithdraw(announcement.announcement_id)}>${t('announce.withdraw')}</button>`}
    ${isOpen &&
    html`<ul class="deliver-each" role="list">
      ${open.map(
        ({ site_id: id, state }) => html`<li key=${id}>
          <span>${names.site(id)}</span><${Pill} ...${STATES[state]}>${t(`announce.${state}`)}<//>
        </li>`,
      )}
    </ul>`}
  </li>`
}
