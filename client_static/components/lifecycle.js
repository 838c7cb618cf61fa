// A class before, during and after its time: its clock, what to do, and what became of "start" and "end".
import { presentIn } from '../core/duty.js'
import { html } from '../core/html.js'
import { owedOf } from '../core/owed.js'
import { reportPath } from '../core/router.js'
import { locale, t } from '../core/text.js'
import { asPlanned, asWait, serverNow } from '../core/time.js'
import { CommandNote } from './command-note.js'

export function ClassClock({ meeting }) {
  if (meeting.status !== 'live') return null
  const planned = asWait(meeting.ends_at - meeting.starts_at)
  return html`<span class="clock">
    <b>${asWait(serverNow() - meeting.started_at)}</b> <span class="small">${t('teacher.planned', { planned })}</span>
  </span>`
}

/** `acts`: the teacher's gestures. A start that was refused for want of a plan leads to where one is made. */
export function Lifecycle({ meeting, acts }) {
  const { status, starts_at: from, ends_at: to } = meeting.meeting.value
  const { commands, submit } = meeting.live
  const entry = commands.entries.value.findLast((one) => one.name.startsWith('meeting.'))
  if (entry) {
    const drop = () => commands.take(entry.command_id)
    const plan = entry.error?.code === 'needs_catch_up_plan' ? () => (drop(), acts.start()) : null
    return html`<div class="notice quiet"><${CommandNote} ...${{ entry, commands }} where="computer" onEdit=${plan} onDrop=${drop} /></div>`
  }
  if (status === 'scheduled') {
    const times = asPlanned(from, to, locale.value)
    return html`<div class="notice info">
      <div class="notice-text">
        <b>${t('teacher.scheduled')}</b><span>${t('teacher.scheduledFor', { times })}</span>
      </div>
      <button class="btn big" onClick=${() => submit('meeting.open_lobby', {})}>${t('teacher.openLobby')}</button>
      <button class="btn primary big" onClick=${acts.start}>${t('teacher.start')}</button>
    </div>`
  }
  if (status === 'cancelled') {
    const reason = t(`planReason.${meeting.meeting.value.cancel_reason}`)
    return html`<div class="notice warn">
      <div class="notice-text"><b>${t('teacher.cancelled')}</b><span>${t('teacher.cancelledDo', { reason })}</span></div>
    </div>`
  }
  if (status === 'lobby') {
    const rooms = meeting.rooms.value
    const staffed = rooms.filter((room) => presentIn(room).length > 0).length
    return html`<div class="notice info">
      <div class="notice-text">
        <b>${t('teacher.lobby')}</b><span>${t('teacher.lobbyStaffed', { staffed, n: rooms.length })}</span>
      </div>
      <button class="btn primary big" onClick=${acts.start}>${t('teacher.start')}</button>
    </div>`
  }
  if (status === 'ended') return html`<${Ended} ...${{ meeting, submit }} />`
  if (status === 'reconciled') {
    return html`<div class="notice quiet">
      <div class="notice-text"><b>${t('teacher.reconciled')}</b><span>${t('teacher.reconciledDo')}</span></div>
      <a class="btn big" href=${reportPath(meeting.id)}>${t('teacher.report')}</a>
    </div>`
  }
  return null
}

/** Over, and closed for good as soon as nothing is owed: until then this says what is. */
function Ended({ meeting, submit }) {
  const owed = owedOf(meeting.questions.value, meeting.announcements.value, meeting.catchUps.value, meeting.rooms.value)
  return html`<div class="notice info">
    <div class="notice-text">
      <b>${t('teacher.ended')}</b>
      <span>${t(owed.length ? 'teacher.endedDo' : 'teacher.endedSettled')}</span>
      ${owed.length > 0 && html`<span>${t('owed.still')} ${owed.map(({ what, n }) => t(`owed.${what}`, { n })).join(' · ')}</span>`}
    </div>
    ${owed.length === 0 && html`<button class="btn primary big" onClick=${() => submit('meeting.reconcile', {})}>${t('teacher.reconcile')}</button>`}
    <a class="btn big" href=${reportPath(meeting.id)}>${t('teacher.report')}</a>
  </div>`
}
