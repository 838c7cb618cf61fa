// A class before, during and after its time: its clock, what to do, and what became of "start" and "end".
import { html } from '../core/html.js'
import { reportPath } from '../core/router.js'
import { locale, t } from '../core/text.js'
import { asTimes, asWait, serverNow } from '../core/time.js'
import { CommandNote } from './command-note.js'

export function ClassClock({ meeting }) {
  if (meeting.status !== 'live') return null
  const planned = asWait(meeting.ends_at - meeting.starts_at)
  return html`<span class="clock">
    <b>${asWait(serverNow() - meeting.started_at)}</b> <span class="small">${t('teacher.planned', { planned })}</span>
  </span>`
}

export function Lifecycle({ meeting }) {
  const { status, starts_at: from, ends_at: to } = meeting.meeting.value
  const { commands, submit } = meeting.live
  const entry = commands.entries.value.findLast((one) => one.name.startsWith('meeting.'))
  if (entry) {
    const drop = () => commands.take(entry.command_id)
    return html`<div class="notice quiet"><${CommandNote} ...${{ entry, commands }} where="computer" onDrop=${drop} /></div>`
  }
  if (status === 'scheduled') {
    const times = asTimes(from, to, locale.value)
    return html`<div class="notice info">
      <div class="notice-text">
        <b>${t('teacher.scheduled')}</b><span>${t('teacher.scheduledFor', { times })}</span>
      </div>
      <button class="btn primary big" onClick=${() => submit('meeting.start', {})}>${t('teacher.start')}</button>
    </div>`
  }
  if (status === 'cancelled') {
    const reason = t(`planReason.${meeting.meeting.value.cancel_reason}`)
    return html`<div class="notice warn">
      <div class="notice-text"><b>${t('teacher.cancelled')}</b><span>${t('teacher.cancelledDo', { reason })}</span></div>
    </div>`
  }
  if (status === 'ended') {
    return html`<div class="notice info">
      <div class="notice-text"><b>${t('teacher.ended')}</b><span>${t('teacher.endedDo')}</span></div>
      <a class="btn big" href=${reportPath(meeting.id)}>${t('teacher.report')}</a>
    </div>`
  }
  return null
}
