// What a class needs beforehand, on one screen: when, who, what today is, what to hand out, what to watch for, what to do
// when the link dies, and for a room its students. Its teacher writes it here; a substitute has all they need.
import { useEffect, useState } from 'preact/hooks'

import { Bar } from '../components/bar.js'
import { BriefForm, isBriefLeft } from '../components/brief-form.js'
import { BriefText } from '../components/brief-text.js'
import { Problem } from '../components/problem.js'
import { VideoLink } from '../components/video-link.js'
import { api } from '../core/api.js'
import { presentIn } from '../core/duty.js'
import { html } from '../core/html.js'
import { useLoaded } from '../core/loaded.js'
import { namesOf } from '../core/names.js'
import { briefWasOpened } from '../core/opened-briefs.js'
import { meetingPath } from '../core/router.js'
import { language, locale, needs, t } from '../core/text.js'
import { asDay, asTimes, asTimesAt } from '../core/time.js'
import { useClassWall } from '../core/wall.js'

export function BriefPage({ id }) {
  const [read, error, load] = useLoaded(() => readAll(id), 0, id)
  const [isWriting, setWriting] = useState(() => isBriefLeft(id))
  const title = t('brief.title', { title: read?.listing.title ?? t('meeting.title') })
  useEffect(() => {
    document.title = t('title.page', { page: title })
  }, [title, language.value])
  const version = read?.brief.version
  useEffect(() => {
    if (version) briefWasOpened(id, version)
  }, [id, version])
  const done = () => (setWriting(false), load())
  return html`
    <${Bar} title=${title} under=${read?.listing.section_title}><span class="grow"></span><//>
    <main id="main" class="page brief">
      ${error && html`<${Problem} error=${error} onRetry=${load} />`}
      ${!read && !error && html`<p class="loading">${t('app.loading')}</p>`}
      ${read && html`<${Heading} ...${read} id=${id} />`}
      ${read && (isWriting || (read.listing.part === 'teacher' && read.brief.version === 0))
        ? html`<${BriefForm} key=${id} ...${{ id, brief: read.brief }} onDone=${done} onClose=${() => setWriting(false)} />`
        : read && html`<${Written} ...${read} onWrite=${() => setWriting(true)} />`}
      ${read && html`<${Students} ...${read} />`}
    </main>
  `
}

async function readAll(id) {
  const [brief, roster, views, listed] = await Promise.all([api.brief(id), api.roster(id), api.views(id), api.meeting(id)])
  const meeting = views.find((one) => one.kind === 'meeting').value
  const rooms = views.filter((one) => one.kind === 'room').map((one) => one.value)
  return { brief, meeting, rooms, names: namesOf(roster), listing: listed ?? {} }
}

/** When by each room's own bells and clock, who teaches, who is there, and the way in. */
function Heading({ id, meeting, rooms, names, listing }) {
  const mine = rooms.filter((room) => listing.site_ids?.includes(room.site_id))
  const shown = listing.part === 'supervisor' ? mine : rooms
  useClassWall(names, listing.part === 'supervisor' ? listing.site_ids[0] : null)
  return html`
    <p class="brief-when">
      <b>${asDay(meeting.starts_at, locale.value)}, ${asTimes(meeting.starts_at, meeting.ends_at, locale.value)}</b>
      <span class="mute"> · ${t('report.teachers', { teachers: meeting.teacher_ids.map(names.person).join(', ') })}</span>
    </p>
    <ul class="brief-rooms" role="list" aria-label=${t('brief.rooms')}>
      ${shown.map(
        (room) => html`<li key=${room.site_id}>
          <b>${names.site(room.site_id)}</b>
          <span>${room.away ? t(`plan.away.${room.away}`) : roomTimes(room, meeting, names)}</span>
          <span class="mute">${onDuty(room, names)}</span>
        </li>`,
      )}
    </ul>
    <p class="brief-ways">
      <a class="btn big" href=${meetingPath(id)}>${t('report.toClass')}</a>
      <${VideoLink} meeting=${meeting} />
      <button class="btn big" onClick=${() => print()}>${t('report.print')}</button>
    </p>
  `
}

const roomTimes = (room, meeting, names) =>
  asTimesAt(room.joins_at ?? meeting.starts_at, room.leaves_at ?? meeting.ends_at, names.zone(room.site_id), locale.value)

function onDuty(room, names) {
  const present = presentIn(room)
  if (present.length) return t('duty.others', { who: present.map(names.person).join(', ') })
  return t('brief.supervisors', { who: room.supervisor_ids.map(names.person).join(', ') || t('duty.nobody') })
}

function Written({ brief, listing, names, onWrite }) {
  const isTeacher = listing.part === 'teacher'
  return html`
    ${brief.version === 0
      ? html`<p class="empty">${t('brief.none')}</p>`
      : html`<${BriefText} brief=${brief} />
          <p class="small mute">${t('brief.by', { who: names.person(brief.written_by), day: asDay(brief.written_at, locale.value) })}</p>`}
    ${isTeacher && html`<p class="brief-ways"><button class="btn big primary" onClick=${onWrite}>${t('brief.change')}</button></p>`}
  `
}

/** The students of one's own rooms, with what each needs. */
function Students({ listing, names }) {
  if (listing.part !== 'supervisor') return null
  return listing.site_ids.map((siteId) => {
    const students = names.studentsAt(siteId)
    return html`
      <h2 key=${siteId}>${t('brief.students', { site: names.site(siteId), n: students.length })}</h2>
      <ul class="brief-students" role="list">
        ${students.map(
          (one) => html`<li key=${one.student_id}>
            ${one.name}
            ${one.accommodations.length > 0 && html`<span class="mute"> · ${needs(one.accommodations)}</span>`}
          </li>`,
        )}
      </ul>
    `
  })
}
