// Who answers for this room, always in sight on its tablet: in words, with the one step that is next. A room without an
// adult says so, and since when.
import { useEffect, useRef, useState } from 'preact/hooks'

import { say } from '../core/announce.js'
import { dutyOf } from '../core/duty.js'
import { html } from '../core/html.js'
import { gathersFrom } from '../core/readiness.js'
import { session } from '../core/session.js'
import { locale, t } from '../core/text.js'
import { asClock, asMoment, serverNow } from '../core/time.js'
import { CommandNote } from './command-note.js'
import { DutyDialog } from './duty-dialog.js'
import { Mark } from './pill.js'
import { Wait } from './wait.js'

const IS_KEPT = new Set(['scheduled', 'lobby', 'live'])

/** `siteId`: the room; `meeting`: the class's view; `submit(name, data)`. */
export function DutyBar({ room, siteId, meeting, names, commands, submit }) {
  const [isOpen, setOpen] = useState(false)
  const duty = dutyOf(room, session.value?.person_id, serverNow())
  useDutyAnnounced(duty, names)
  if (!IS_KEPT.has(meeting.status)) return null
  const opensAt = opensLater(meeting, serverNow())
  const entry = commands.entries.value.findLast((one) => one.name.startsWith('duty.') && one.data.site_id === siteId)
  const send = (what, data = {}) => submit(`duty.${what}`, { site_id: siteId, ...data })
  const { tone, mark, title, under } = stateOf(duty, names, opensAt)
  return html`
    <section class=${`duty ${tone}`} aria-label=${t('duty.title')}>
      <p class="duty-text">
        <b><${Mark} name=${mark ?? tone} /> ${title}</b>${under && html`<span id="duty-under">${under}</span>`}
      </p>
      ${entry
        ? html`<${CommandNote} ...${{ entry, commands }} onDrop=${() => commands.take(entry.command_id)} />`
        : html`<${Ways} ...${{ duty, send, opensAt }} onOpen=${() => setOpen(true)} />`}
      ${!entry && duty.asked.map((one) => html`<${Asked} key=${one.person_id} offer=${one} ...${{ names, send }} />`)}
    </section>
    ${isOpen && html`<${DutyDialog} ...${{ duty, names, send }} onClose=${() => setOpen(false)} />`}
  `
}

/** When its rooms can be signed on to, where that is yet to come: a command that would be refused is not kept. */
const opensLater = (meeting, now) => (meeting.status === 'scheduled' && now < gathersFrom(meeting) ? gathersFrom(meeting) : null)

function Ways({ duty, send, opensAt, onOpen }) {
  const more = html`<button class="btn big" aria-haspopup="dialog" onClick=${onOpen}>${t('duty.more')}</button>`
  if (duty.isOut) return html`<button class="btn big primary" onClick=${() => send('return')}>${t('duty.return')}</button>${more}`
  if (duty.me) return more
  return html`
    <button
      class="btn big primary"
      aria-disabled=${opensAt !== null}
      aria-describedby=${opensAt === null ? undefined : 'duty-under'}
      onClick=${() => opensAt === null && send('sign_on')}
    >
      ${t('duty.signOn')}
    </button>
    ${duty.others.length > 0 && more}
  `
}

const Asked = ({ offer, names, send }) => html`
  <div class="duty-asked">
    <b><${Mark} name="info" /> ${t('duty.asked', { who: names.person(offer.person_id) })}</b>
    <button class="btn big primary" onClick=${() => send('accept', { person_id: offer.person_id })}>${t('duty.accept')}</button>
    ${offer.to_id &&
    html`<button class="btn big" onClick=${() => send('drop_offer', { person_id: offer.person_id })}>${t('duty.refuse')}</button>`}
  </div>
`

function stateOf(duty, names, opensAt) {
  const listed = (ids) => ids.map(names.person).join(', ')
  if (duty.uncoveredSince !== null) {
    const under = html`${t('duty.uncoveredFor')} <${Wait} since=${duty.uncoveredSince} />`
    return { tone: 'warn', title: t('duty.uncovered'), under }
  }
  if (duty.isOut) {
    const { covered_by: by } = duty.me
    return { tone: 'info', mark: 'held', title: t('duty.out'), under: by ? t('duty.coveredBy', { who: names.person(by) }) : null }
  }
  if (duty.me) {
    const since = t('duty.since', { time: asClock(duty.me.since, locale.value) })
    const beside = duty.present.length ? t('duty.with', { who: listed(duty.present) }) : null
    const waits = duty.offered ? t('duty.offered') : null
    return { tone: 'ok', title: t('duty.on'), under: [since, beside, waits].filter(Boolean).join(' · ') }
  }
  if (duty.present.length) return { tone: 'info', title: t('duty.others', { who: listed(duty.present) }) }
  const from = opensAt === null ? null : t('duty.signOnFrom', { when: asMoment(opensAt, locale.value) })
  return { tone: 'quiet', title: t('duty.nobody'), under: from }
}

/** Says politely that the room is left or covered, and that somebody would hand over. */
function useDutyAnnounced(duty, names) {
  const known = useRef(null)
  const asked = duty.asked.map((one) => one.person_id)
  const key = [duty.uncoveredSince, ...asked].join()
  useEffect(() => {
    const before = known.current
    known.current = { since: duty.uncoveredSince, asked }
    if (!before) return
    if (before.since === null && duty.uncoveredSince !== null) say(t('duty.uncovered'))
    for (const id of asked) if (!before.asked.includes(id)) say(t('duty.asked', { who: names.person(id) }))
  }, [key])
}
