// Getting the room ready before class: one tap checks what can be checked, and one says how the room stands. The rest is
// told as it is, done or not.
import { useRef, useState } from 'preact/hooks'

import { say } from '../core/announce.js'
import { checkCamera, checkMicrophone } from '../core/devices.js'
import { html } from '../core/html.js'
import { checkLink } from '../core/link-check.js'
import { readinessOf } from '../core/readiness.js'
import { session } from '../core/session.js'
import { locale, t } from '../core/text.js'
import { asClock, asDue, serverNow } from '../core/time.js'
import { useWritten } from '../core/written.js'
import { CommandNote } from './command-note.js'
import { Mark } from './pill.js'
import { DeviceResult, LinkResult, linkWords, READY } from './ready-found.js'
import { ReadyReport } from './ready-report.js'
import { AccommodationsSeen, BriefRead } from './ready-seen.js'

/** What was found waits among the class's drafts until it is reported. */
export function ReadyCard({ meeting, room, siteId, isInClass }) {
  const { live, drafts, names } = meeting
  const key = `ready ${siteId}`
  const [level, setLevel] = useState(null)
  const isChecking = useRef(false)
  const { read, write } = useWritten(drafts.value[key] ?? {}, (draft) => drafts.write(key, draft))
  const standing = readinessOf(room, meeting.meeting.value.brief_version, serverNow())
  const entry = live.commands.entries.value.findLast((one) => one.name.startsWith('readiness.') && one.data.site_id === siteId)
  const send = (what, data = {}) => live.submit(`readiness.${what}`, { site_id: siteId, ...data })
  const found = drafts.value[key] ?? {}
  // What was reported stays in sight until it is checked again.
  const { microphone, camera, ...link } = found.microphone === undefined ? devicesIn(standing.report) : found

  async function check() {
    if (isChecking.current) return
    isChecking.current = true
    setLevel(0)
    send('begin')
    const link = checkLink(live.measure)
    write({ microphone: await checkMicrophone(setLevel) })
    write({ camera: await checkCamera() })
    write(await link)
    say(wordsOf(read()))
    setLevel(null)
    isChecking.current = false
  }
  function report(status) {
    const { microphone, camera, round_trip_ms, loss_percent, phone, note } = read()
    const words = note?.trim() ? { note: note.trim() } : {}
    const devices = microphone === undefined ? {} : { microphone, camera, round_trip_ms, loss_percent }
    send('report', { status, ...devices, ...(phone ? { phone } : {}), ...words })
    drafts.write(key, null)
  }
  const shown = { names: names.value, standing, room, siteId, send }
  return html`
    <div class="ready">
      ${!isInClass && html`<${Standing} standing=${standing} names=${names.value} />`}
      <div class="ready-check">
        <button class="btn big" aria-disabled=${level !== null} onClick=${check}>
          ${t(level !== null ? 'ready.checking' : microphone ? 'ready.again' : 'ready.check')}
        </button>
        ${level !== null && html`<meter min="0" max="1" value=${level} aria-label=${t('ready.level')}></meter>`}
        <ul class="ready-found" role="list">
          ${microphone && html`<li><${DeviceResult} name="microphone" result=${microphone} isWhole=${true} /></li>`}
          ${camera && html`<li><${DeviceResult} name="camera" result=${camera} isWhole=${true} /></li>`}
          ${Number.isInteger(link.loss_percent) && html`<li><${LinkResult} found=${link} isWhole=${true} /></li>`}
        </ul>
      </div>
      <${ReadyReport} ...${{ found, write, siteId }} phone=${names.value.phone(siteId)} onReport=${report} />
      <${BriefRead} ...${shown} id=${meeting.id} version=${meeting.meeting.value.brief_version} />
      <${AccommodationsSeen} ...${shown} />
      ${entry && html`<${CommandNote} ...${{ entry, commands: live.commands }} onDrop=${() => live.commands.take(entry.command_id)} />`}
    </div>
  `
}

/** What was found, for whoever does not see it. */
const wordsOf = ({ microphone, camera, round_trip_ms: millis, loss_percent: loss }) =>
  [
    ...[['microphone', microphone], ['camera', camera]].map(([name, result]) => `${t(`ready.${name}`)} ${t(`ready.device.${result}`)}`),
    `${t('ready.link')} ${linkWords(millis, loss)}`,
  ].join('. ')

/** What was reported of the devices; nothing where they were not looked at. */
const devicesIn = (report) => (report && report.microphone !== 'not_checked' ? report : {})

/** In class, in one line; what stands behind it opens where something changed. */
export function ReadyLine({ meeting, room, siteId }) {
  const [isOpen, setOpen] = useState(false)
  const standing = readinessOf(room, meeting.meeting.value.brief_version, serverNow())
  return html`<details class="ready-line" open=${isOpen} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>
      <${Standing} standing=${standing} names=${meeting.names.value}><span class="ready-change">${t('ready.change')}</span><//>
    </summary>
    ${isOpen && html`<${ReadyCard} ...${{ meeting, room, siteId }} isInClass=${true} />`}
  </details>`
}

/** What the record says of the room, and until when that counts. */
export function Standing({ standing, names, children }) {
  const { status, report, isExpired } = standing
  const { tone, mark } = READY[isExpired ? 'expired' : status]
  return html`<p class=${`ready-standing ${tone}`}>
    <b><${Mark} name=${mark ?? tone} /> ${t(`ready.is.${isExpired ? 'expired' : status}`)}</b>${' '}
    ${report && html`<span>${reportedWords(report, names)}</span>`}${children}
  </p>`
}

function reportedWords({ by, at, expires_at: until, status }, names) {
  const who = by === session.value?.person_id ? t('ready.byYou') : names.person(by)
  const said = `${who}, ${asClock(at, locale.value)}`
  return status === 'checking' ? said : `${said} · ${t('ready.until', { due: asDue(until, undefined, locale.value) })}`
}
