// What a class came to: how long each room waited, what is still owed, every question, and the class itself once more,
// step by step. In the middle of class it is what the class has come to so far, and says so.
import { useEffect } from 'preact/hooks'

import { Bar } from '../components/bar.js'
import { Problem } from '../components/problem.js'
import { Replay } from '../components/replay.js'
import { ReportRooms } from '../components/report-rooms.js'
import { ReportCatchUps, ReportOwed, ReportQuestions, ReportWaits } from '../components/report-tables.js'
import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { useLoaded } from '../core/loaded.js'
import { namesOf } from '../core/names.js'
import { meetingPath } from '../core/router.js'
import { language, locale, t } from '../core/text.js'
import { asClockWithSeconds, asDay, asTimes, serverInstant } from '../core/time.js'
import { useClassWall } from '../core/wall.js'

const OVER = new Set(['ended', 'reconciled'])

export function ReportPage({ id }) {
  const [read, error, load] = useLoaded(() => readAll(id), 0, id)
  const title = t('report.title', { title: read?.listing.title ?? t('meeting.title') })
  useEffect(() => {
    document.title = t('title.page', { page: title })
  }, [title, language.value])
  return html`
    <${Bar} title=${title} under=${read?.listing.section_title}><span class="grow"></span><//>
    <main id="main" class="page report">
      ${error && html`<${Problem} error=${error} onRetry=${load} />`}
      ${!read && !error && html`<p class="loading">${t('app.loading')}</p>`}
      ${read && html`<${Report} ...${{ id, read }} onAgain=${load} />`}
    </main>
  `
}

async function readAll(id) {
  const [report, roster, steps, listed] = await Promise.all([
    api.report(id),
    api.roster(id),
    api.replay(id),
    api.meeting(id),
  ])
  return { report, steps, names: namesOf(roster), listing: listed ?? {}, at: serverInstant() }
}

function Report({ id, read, onAgain }) {
  const { report, steps, names, listing, at } = read
  const { meeting } = report
  useClassWall(names, listing.part === 'supervisor' ? listing.site_ids[0] : null)
  const files = api.files(id)
  const isOver = OVER.has(meeting.status)
  const [from, to] = [meeting.started_at ?? meeting.starts_at, meeting.ended_at ?? meeting.ends_at]
  return html`
    ${!isOver &&
    html`<div class="notice info">
      <span class="notice-text">${t(`report.${meeting.status}`, { time: asClockWithSeconds(at, locale.value) })}</span>
      <button class="btn" onClick=${onAgain}>${t('report.again')}</button>
      <a class="btn" href=${meetingPath(id)}>${t('report.toClass')}</a>
    </div>`}
    <p class="report-when">
      <b>${asDay(from, locale.value)}, ${asTimes(from, to, locale.value)}</b>
      <span class="mute"> · ${t('report.teachers', { teachers: meeting.teacher_ids.map(names.person).join(', ') })}</span>
    </p>
    <${ReportWaits} ...${{ report, names }} />
    <${ReportRooms} ...${{ report, names }} from=${meeting.started_at} to=${meeting.ended_at} now=${at} />
    <${ReportOwed} ...${{ report, names }} />
    <${ReportCatchUps} ...${{ report, names }} />
    <${ReportQuestions} ...${{ report, names }} />
    <${Replay} ...${{ steps, names }} />
    <h2>${t('report.keep')}</h2>
    <p class="report-files">
      <a class="btn" href=${files.questions} download>${t('report.questionsCsv')}</a>
      <a class="btn" href=${files.rooms} download>${t('report.roomsCsv')}</a>
      <a class="btn" href=${files.history} download>${t('report.timelineCsv')}</a>
      <a class="btn" href=${files.whole} download=${`${id}.json`}>${t('report.json')}</a>
      <button class="btn" onClick=${() => print()}>${t('report.print')}</button>
    </p>
  `
}
