// The supervisor's tablet: first what is wrong and what to do about it, then ask, then what became of what was asked.
// One hand, a moving room: targets of 48 px, a sentence for every state, and nothing green before the server has it.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'

import { AskForm, emptyDraft } from '../components/ask-form.js'
import { Bar } from '../components/bar.js'
import { LinkNotice } from '../components/link-notice.js'
import { LinkState } from '../components/link-state.js'
import { OurQuestion } from '../components/our-question.js'
import { Pill } from '../components/pill.js'
import { RoomStrip } from '../components/room-strip.js'
import { SharedQuestion } from '../components/shared-question.js'
import { LostNotice, TabletMenu } from '../components/tablet-menu.js'
import { UnsentQuestion } from '../components/unsent-question.js'
import { say } from '../core/announce.js'
import { pendingOn } from '../core/commands.js'
import { html } from '../core/html.js'
import { uuid7 } from '../core/ids.js'
import { isReturning, ourQuestions, recentAskers, sharedByOthers } from '../core/questions.js'
import { locale, t } from '../core/text.js'
import { asTimes } from '../core/time.js'
import { RosterNotice } from './meeting.js'

const SETTLED_SHOWN = 5
const SHARED_SHOWN = 10

export function SupervisorPage({ meeting, title, section }) {
  const [picked, pick] = useState(null)
  const [edited, setEdited] = useState(null)
  const names = meeting.names.value
  const siteIds = meeting.siteIds.value
  const siteId = siteIds.includes(picked) ? picked : siteIds[0]
  const view = meeting.meeting.value
  const questions = meeting.questions.value
  const { commands, link } = meeting.live
  const entries = commands.entries.value
  const own = ourQuestions(questions, siteId)
  const unsent = entries.filter((entry) => isUnseenAsk(entry, siteId, questions))
  const refused = entries.filter((entry) => entry.state === 'refused').length
  const acts = useMemo(() => actsOf(meeting, setEdited), [meeting])
  useAnswersAnnounced(own, names)

  const teachers = view.teacher_ids.map(names.person).join(', ')
  const times = asTimes(view.starts_at, view.ends_at, locale.value)
  const under = [section ?? title, t('supervisor.with', { teachers }), times].join(' · ')
  const room = meeting.rooms.value.find((one) => one.site_id === siteId) ?? { waiting_since: null }
  return html`
    <${Bar} title=${names.site(siteId)} under=${under}><span class="grow"></span><${LinkState} live=${meeting.live} /><${TabletMenu} /><//>
    <main id="main" class="tablet">
      <div class="tablet-first">
        ${link.value === 'refused' && html`<${LinkNotice} meeting=${meeting} />`}
        <${LostNotice} />
        <${RosterNotice} meeting=${meeting} />
        ${siteIds.length > 1 && html`<${SitePicker} ...${{ siteIds, siteId, names, pick }} />`}
        <${RoomStrip} meeting=${view} room=${room} own=${own} refused=${refused} link=${link.value} />
      </div>
      <section class="tablet-ask" aria-labelledby="ask-title">
        <h2 id="ask-title">${t('ask.title')}</h2>
        ${view.status === 'live'
          ? html`<${AskForm}
              draft=${{ ...(meeting.drafts.value.ask ?? emptyDraft), isEdited: edited }}
              onDraft=${acts.write}
              students=${names.studentsAt(siteId)}
              recent=${recentAskers(questions, siteId)}
              onSend=${(written) => acts.ask(siteId, written)}
              isUnsure=${link.value !== 'connected'}
            />`
          : html`<p class="empty">${t(`ask.not.${view.status}`)}</p>`}
      </section>
      <${OurQuestions} ...${{ own, unsent, names, entries, acts, commands }} />
      <${SharedQuestions} shared=${sharedByOthers(questions, siteIds)} names=${names} />
    </main>
    <${Thumbs} back=${own.filter(isReturning).length} canAsk=${view.status === 'live'} />
  `
}

/** An ask of this room that the record does not show yet. */
const isUnseenAsk = (entry, siteId, questions) =>
  entry.name === 'question.relay' &&
  entry.data.site_id === siteId &&
  !questions.some((question) => question.question_id === entry.data.question_id)

function actsOf(meeting, setEdited) {
  const { drafts, live } = meeting
  const { submit, commands } = live
  return {
    write: ({ isEdited, ...draft }) => drafts.write('ask', draft),
    ask(siteId, { student_id, text, verbatim, urgency, shareable }) {
      const question = { question_id: uuid7(), site_id: siteId, asked_at: Date.now() }
      submit('question.relay', { ...question, student_id, text, verbatim, urgency, shareable })
      drafts.write('ask', null)
      drafts.keepNow()
    },
    /**
     * A refused ask back into the form; it will be another question when it is sent. It is a draft on the disk before it
     * ceases to be a command.
     */
    edit(entry) {
      const { student_id, text, verbatim, urgency, shareable } = entry.data
      drafts.write('ask', { student_id, text, verbatim, urgency, shareable })
      drafts.keepNow()
      commands.take(entry.command_id)
      setEdited(entry.command_id)
    },
    /** What became of an answer. The version says which one is meant. */
    give(name, question) {
      const { question_id, version, answers } = question
      submit(name, { question_id, version }, { answers: answers.length })
    },
  }
}

const SitePicker = ({ siteIds, siteId, names, pick }) => html`
  <fieldset class="seg">
    <legend class="unseen">${t('supervisor.room')}</legend>
    ${siteIds.map(
      (id) => html`<label key=${id}>
        <input type="radio" name="site" checked=${id === siteId} onChange=${() => pick(id)} />
        <span>${names.site(id)}</span>
      </label>`,
    )}
  </fieldset>
`

function OurQuestions({ own, unsent, names, entries, acts, commands }) {
  const [isAll, setAll] = useState(false)
  const open = own.filter((question) => question.status !== 'confirmed')
  const settled = own.filter((question) => question.status === 'confirmed')
  const shown = isAll ? settled : settled.slice(0, SETTLED_SHOWN)
  return html`
    <section class="tablet-ours" aria-labelledby="ours-title">
      <h2 id="ours" tabindex="-1">
        <span id="ours-title">${t('our.title')}</span>
        <${Pill} tone="quiet">${t('our.count', { n: open.length + unsent.length })}<//>
      </h2>
      ${own.length + unsent.length === 0 && html`<p class="empty">${t('our.empty')}</p>`}
      <ul class="ours" role="list">
        ${unsent.map(
          (entry) => html`<${UnsentQuestion}
            key=${entry.data.question_id}
            ...${{ entry, names, commands }}
            onEdit=${acts.edit}
          />`,
        )}
        ${[...open, ...shown].map(
          (question) => html`<${OurQuestion}
            key=${question.question_id}
            ...${{ question, names, acts, commands }}
            entry=${entryToShow(entries, question)}
          />`,
        )}
      </ul>
      ${shown.length < settled.length &&
      html`<button class="btn big" onClick=${() => setAll(true)}>${t('our.settled', { n: settled.length })}</button>`}
    </section>
  `
}

/** A relay that the record already shows needs no note of its own. */
function entryToShow(entries, question) {
  const entry = pendingOn(entries, question.question_id)
  return entry?.name === 'question.relay' ? null : entry
}

function SharedQuestions({ shared, names }) {
  const [isAll, setAll] = useState(false)
  if (shared.length === 0) return null
  const shown = isAll ? shared : shared.slice(0, SHARED_SHOWN)
  return html`
    <section class="tablet-shared" aria-labelledby="shared-title">
      <h2 id="shared-title">${t('shared.title')}</h2>
      <ul class="ours" role="list">
        ${shown.map((question) => html`<${SharedQuestion} key=${question.question_id} ...${{ question, names }} />`)}
      </ul>
      ${shown.length < shared.length &&
      html`<button class="btn big" onClick=${() => setAll(true)}>${t('shared.all', { n: shared.length })}</button>`}
    </section>
  `
}

/** At the bottom, where the thumb is: to the form, and to what must be brought back. */
function Thumbs({ back, canAsk }) {
  const to = (id) => () => {
    const target = document.getElementById(id)
    target?.scrollIntoView({ block: 'start' })
    target?.focus({ preventScroll: true })
  }
  return html`
    <nav class="thumbs" aria-label=${t('thumbs.title')}>
      ${canAsk &&
      html`<button onClick=${() => document.querySelector('.ask textarea')?.focus()}>${t('thumbs.ask')}</button>`}
      <button onClick=${to('ours')}>${back ? t('thumbs.back', { n: back }) : t('our.title')}</button>
    </nav>
  `
}

function useAnswersAnnounced(own, names) {
  const known = useRef(null)
  const answered = own.filter((question) => question.status === 'answered')
  const keyOf = (question) => `${question.question_id} ${question.answers.length}`
  useEffect(() => {
    const fresh = known.current ? answered.filter((question) => !known.current.has(keyOf(question))) : []
    known.current = new Set(answered.map(keyOf))
    for (const question of fresh) say(t('said.answered', { who: names.student(question.student_id) }))
  }, [answered.map(keyOf).join()])
}
