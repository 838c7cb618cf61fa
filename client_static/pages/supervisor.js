// The supervisor's tablet: first what is wrong and what to do about it, then what is to be done next, then ask, then what
// became of what was asked. One hand, a moving room: targets of 48 px, a sentence for every state, and nothing green
// before the server has it.
import { useEffect, useMemo, useState } from 'preact/hooks'

import { AskForm, emptyDraft } from '../components/ask-form.js'
import { Bar } from '../components/bar.js'
import { BriefLine, LinkDies, useBrief } from '../components/brief-line.js'
import { DutyBar } from '../components/duty-bar.js'
import { useFocusKept } from '../components/focus-kept.js'
import { LastAsk } from '../components/last-ask.js'
import { LinkNotice } from '../components/link-notice.js'
import { LinkState } from '../components/link-state.js'
import { OurQuestions } from '../components/our-questions.js'
import { OurPlans } from '../components/catch-up-card.js'
import { ReadyCard, ReadyLine } from '../components/ready-card.js'
import { RoomStrip } from '../components/room-strip.js'
import { SharedQuestions } from '../components/shared-questions.js'
import { SitePicker } from '../components/site-picker.js'
import { LostNotice, TabletMenu } from '../components/tablet-menu.js'
import { Thumbs } from '../components/thumbs.js'
import { useToDoAnnounced } from '../components/to-do-announced.js'
import { ToDo } from '../components/to-do.js'
import { VideoLink } from '../components/video-link.js'
import { html } from '../core/html.js'
import { uuid7 } from '../core/ids.js'
import { isNameless, setNameless } from '../core/nameless.js'
import { aboutOf, roomOf } from '../core/room.js'
import { EVERY_MS, measured, toTell } from '../core/round-trip.js'
import { reportPath } from '../core/router.js'
import { locale, t } from '../core/text.js'
import { asPlanned } from '../core/time.js'
import { useClassWall } from '../core/wall.js'
import { RosterNotice } from './meeting.js'

const OVER = new Set(['ended', 'reconciled', 'cancelled'])
const BEFORE = new Set(['scheduled', 'lobby'])

export function SupervisorPage({ meeting, title, section }) {
  const [picked, pick] = useState(null)
  const [focusOn, setFocus] = useState(0)
  const [lastAsk, setLastAsk] = useState(null)
  const names = meeting.names.value
  const siteIds = meeting.siteIds.value
  const siteId = siteIds.includes(picked) ? picked : siteIds[0]
  const view = meeting.meeting.value
  const isLive = view.status === 'live'
  const { link } = meeting.live
  const acts = useMemo(() => actsOf(meeting, setFocus), [meeting])
  const room = roomOf(meeting, siteId)
  const brief = useBrief(meeting.id)
  const about = aboutOf(meeting, { acts, isLive, siteId })
  const main = useFocusKept(['todo', 'strip'])
  useToDoAnnounced(room.toDo, room.calls, room.told, names)
  useReached(meeting, room.untold, siteId)
  useRoundTrips(meeting, siteId)
  useClassWall(names, siteId)

  const teachers = view.teacher_ids.map(names.person).join(', ')
  const times = asPlanned(view.starts_at, view.ends_at, locale.value)
  const under = html`${section ?? title} · ${t('supervisor.with', { teachers })} · <span class="whole">${times}</span>`
  const isBefore = BEFORE.has(view.status) && !room.figures.away
  // What the room catches up on is its next task once the class is over; until then it may still come.
  const duePlans = view.status === 'ended' ? room.plans.filter((plan) => plan.status === 'open') : []
  const todo = room.refusedAsks.length + room.told.length + room.calls.length + duePlans.length + room.toDo.length
  return html`
    <${Bar} title=${names.site(siteId)} under=${under}><span class="grow"></span><${LinkState} live=${meeting.live} /><${TabletMenu} /><//>
    <main id="main" class="tablet" ref=${main}>
      <div class="tablet-first">
        ${link.value === 'refused' && html`<${LinkNotice} meeting=${meeting} />`}
        <${LostNotice} />
        <${RosterNotice} meeting=${meeting} />
        ${siteIds.length > 1 && html`<${SitePicker} ...${{ siteIds, siteId, names, pick }} />`}
        <${RoomStrip}
          ...${{ meeting: view, room: room.figures, waiting: room.waiting, putOff: room.putOff, refused: room.refused, toDo: todo }}
          link=${link.value}
        />
        <div class="tablet-standing">
          <${DutyBar} key=${siteId} room=${room.figures} meeting=${view} commands=${meeting.live.commands} submit=${meeting.live.submit} ...${{ siteId, names }} />
          <${VideoLink} meeting=${view} />
        </div>
        ${brief?.link_dies && isLive && link.value !== 'connected' && html`<${LinkDies} brief=${brief} />`}
      </div>
      <${ToDo}
        about=${about}
        refused=${room.refusedAsks}
        told=${room.told}
        calls=${room.calls}
        plans=${duePlans}
        questions=${room.toDo}
        onEdit=${acts.edit}
      />
      <section class="tablet-ask" aria-labelledby="ask-title">
        <h2 id="ask" tabindex="-1"><span id="ask-title">${t(isBefore ? 'ready.title' : 'ask.title')}</span></h2>
        ${isBefore
          ? html`<${ReadyCard} key=${siteId} ...${{ meeting, siteId }} room=${room.figures} />`
          : isLive
            ? html`<${AskForm}
                draft=${meeting.drafts.value.ask ?? emptyDraft}
                onDraft=${acts.write}
                focusOn=${focusOn}
                students=${names.studentsAt(siteId)}
                last=${room.lastAsker}
                isNameless=${isNameless(siteId)}
                onNameless=${(isOn) => setNameless(siteId, isOn)}
                onSend=${(written) => setLastAsk(acts.ask(siteId, written))}
                sent=${html`<${LastAsk} ask=${about.ask(lastAsk)} ...${{ names, commands: meeting.live.commands }} />`}
                isUnsure=${link.value !== 'connected'}
              />`
            : html`<p class="empty">${t(`ask.not.${view.status}`)}</p>
                ${view.status !== 'cancelled' && html`<a class="btn big" href=${reportPath(meeting.id)}>${t('teacher.report')}</a>`}`}
      </section>
      <div class="tablet-rest">
        ${brief && !OVER.has(view.status) && html`<${BriefLine} id=${meeting.id} brief=${brief} />`}
        ${isLive && html`<${ReadyLine} key=${siteId} ...${{ meeting, siteId }} room=${room.figures} />`}
        <${OurPlans} about=${about} plans=${room.plans.filter((plan) => !duePlans.includes(plan))} />
        <${OurQuestions}
          about=${about}
          unsent=${room.unsent}
          underWay=${room.underWay}
          over=${room.over}
          toDo=${room.toDo.length}
          isEmpty=${room.isEmpty}
        />
        <${SharedQuestions} shared=${room.shared} names=${names} />
      </div>
    </main>
    <${Thumbs} toDo=${todo} form=${isBefore ? 'ready' : isLive ? 'ask' : null} />
  `
}

/** Measures this tablet's link while the page is open, and tells of it when it got worse or better. */
function useRoundTrips(meeting, siteId) {
  useEffect(() => {
    let times = []
    const told = (millis) => {
      times = measured(times, millis)
      const room = meeting.rooms.peek().find((one) => one.site_id === siteId)
      const news = toTell(times, room?.link?.status)
      if (news !== null) meeting.live.submit('link.measure', { site_id: siteId, round_trip_ms: news }, { silent: true })
    }
    const timer = setInterval(() => meeting.live.measure(told), EVERY_MS)
    return () => clearInterval(timer)
  }, [meeting, siteId])
}

/** Tells the teacher, once, that what they said is on this tablet. */
function useReached(meeting, untold, siteId) {
  const told = useMemo(() => new Set(), [meeting, siteId])
  const ids = untold.map((one) => one.announcement_id).filter((id) => !told.has(id))
  useEffect(() => {
    for (const id of ids) {
      told.add(id)
      meeting.live.submit('announcement.reach', { announcement_id: id, site_id: siteId }, { silent: true })
    }
  }, [ids.join()])
}

function actsOf(meeting, setFocus) {
  const { drafts, live } = meeting
  const { submit, commands } = live
  const focusWords = () => setFocus((n) => n + 1)
  return {
    write: (draft) => drafts.write('ask', draft),
    ask(siteId, { student_id, text, verbatim, urgency, shareable }) {
      const question = { question_id: uuid7(), site_id: siteId, asked_at: Date.now() }
      submit('question.relay', { ...question, student_id, text, verbatim, urgency, shareable })
      drafts.write('ask', null)
      drafts.keepNow()
      return question.question_id
    },
    /** The same student's next question: they are chosen, what is written already stays. */
    askFor(studentId) {
      drafts.write('ask', { ...(drafts.value.ask ?? emptyDraft), student_id: studentId })
      focusWords()
    },
    /**
     * A refused ask back into the form; it will be another question when it is sent. It is a draft on the disk before it
     * ceases to be a command.
     */
    edit(entry) {
      const { student_id, text, verbatim, urgency, shareable } = entry.data
      drafts.write('ask', { student_id, text, verbatim, urgency, shareable })
      drafts.keepNow()
      if (commands.take(entry.command_id)) focusWords()
    },
    /** What became of an answer. The version says which one is meant. */
    give(name, question) {
      const { question_id, version, answers } = question
      submit(name, { question_id, version }, { answers: answers.length })
    },
    /** What the room says of its question, whatever version it has come to: the rules judge by its state. */
    tell: (name, { question_id }, more = {}) => submit(name, { question_id, ...more }),
    readOut: ({ announcement_id }, siteId) => submit('announcement.read_out', { announcement_id, site_id: siteId }),
    carryOut: ({ plan_id }, minutes) => submit('catch_up.carry_out', { plan_id, minutes }),
    answerCall: ({ call_id }, response) => submit('student.answer_call', { call_id, response }),
  }
}
