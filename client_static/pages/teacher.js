// The teacher's console: the rooms that never move, the questions in fair order, the one being answered in the largest
// type, and every answer's way back. One hand on the keyboard runs it.
import { signal } from '@preact/signals'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'

import { Bar } from '../components/bar.js'
import { CommandNote } from '../components/command-note.js'
import { EndDialog } from '../components/end-dialog.js'
import { HelpDialog } from '../components/help-dialog.js'
import { LinkNotice } from '../components/link-notice.js'
import { LinkState } from '../components/link-state.js'
import { NowPanel } from '../components/now-panel.js'
import { Pill } from '../components/pill.js'
import { QuestionRow } from '../components/question-row.js'
import { Rooms } from '../components/rooms.js'
import { WayBack } from '../components/way-back.js'
import { say } from '../core/announce.js'
import { pendingOn } from '../core/commands.js'
import { html } from '../core/html.js'
import { keysOn, listen } from '../core/keys.js'
import { board, claimedBy, claimedByOthers, isReturning } from '../core/questions.js'
import { createSeen } from '../core/seen.js'
import { session } from '../core/session.js'
import { locale, t } from '../core/text.js'
import { asTimes, asWait, serverNow } from '../core/time.js'
import { RosterNotice } from './meeting.js'

export function TeacherPage({ meeting, title, section }) {
  const [dialog, setDialog] = useState(null)
  const desk = useDesk(meeting)
  const { status } = meeting.meeting.value
  const questions = meeting.questions.value
  const waiting = board(questions)
  const close = () => setDialog(null)
  useKeys(desk, () => setDialog('help'))
  useNewsAnnounced(waiting, meeting.names.value)

  return html`
    <${Bar} title=${title} under=${section}>
      <${ClassClock} meeting=${meeting.meeting.value} />
      <span class="grow"></span>
      <${LinkState} live=${meeting.live} />
      <button class="btn" onClick=${() => setDialog('help')}>${t('teacher.keys')}<kbd aria-hidden="true">?</kbd></button>
      ${status === 'live' && html`<button class="btn" onClick=${() => setDialog('end')}>${t('teacher.end')}</button>`}
    <//>
    <main id="main" class="console">
      <div class="console-notices">
        <${LinkNotice} meeting=${meeting} />
        <${RosterNotice} meeting=${meeting} />
        <${Lifecycle} meeting=${meeting} />
      </div>
      <${Rooms}
        rooms=${meeting.rooms.value}
        names=${meeting.names.value}
        questions=${questions}
        picked=${desk.room}
        onPick=${desk.acts.pickRoom}
      />
      <div class="desk">
        <${Board} ...${{ meeting, desk, waiting, questions }} />
        <${NowPanel}
          claimed=${desk.claimed}
          question=${desk.current}
          names=${meeting.names.value}
          drafts=${desk.drafts}
          handsOver=${desk.handsOver}
          acts=${desk.acts}
          entryOn=${(id) => pendingOn(meeting.live.commands.entries.value, id)}
          hasKeys=${keysOn.value}
          commands=${meeting.live.commands}
        />
        <${WayBack} questions=${questions} names=${meeting.names.value} />
      </div>
    </main>
    ${dialog === 'help' && html`<${HelpDialog} onClose=${close} />`}
    ${dialog === 'end' &&
    html`<${EndDialog}
      rooms=${meeting.rooms.value.length}
      waiting=${waiting.length + desk.claimed.length}
      onWayBack=${questions.filter(isReturning).length}
      onClose=${close}
      onEnd=${() => (meeting.live.submit('meeting.end', {}), close())}
    />`}
  `
}

function ClassClock({ meeting }) {
  if (meeting.status !== 'live') return null
  const planned = asWait(meeting.ends_at - meeting.starts_at)
  return html`<span class="clock">
    <b>${asWait(serverNow() - meeting.started_at)}</b> <span class="small">${t('teacher.planned', { planned })}</span>
  </span>`
}

/** Before and after the class, and whatever became of "start" and "end". */
function Lifecycle({ meeting }) {
  const { status, starts_at: from, ends_at: to } = meeting.meeting.value
  const { commands, submit } = meeting.live
  const entry = commands.entries.value.findLast((one) => one.name.startsWith('meeting.'))
  if (entry) {
    const drop = () => commands.take(entry.command_id)
    return html`<div class="notice quiet"><${CommandNote} ...${{ entry, commands }} onDrop=${drop} /></div>`
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
  if (status === 'ended') {
    return html`<div class="notice info">
      <div class="notice-text"><b>${t('teacher.ended')}</b><span>${t('teacher.endedDo')}</span></div>
    </div>`
  }
  return null
}

function Board({ meeting, desk, waiting, questions }) {
  const others = claimedByOthers(questions, session.value.person_id)
  const names = meeting.names.value
  const { seen, acts } = desk
  const { entries } = meeting.live.commands
  return html`
    <section class="board" aria-labelledby="board-title">
      <h2>
        <span id="board-title">${t('board.title')}</span>
        <${Pill} tone=${waiting.length ? 'info' : 'quiet'}>${t('board.count', { n: waiting.length })}<//>
        <span class="small mute">${t('board.order')}</span>
      </h2>
      ${waiting.length === 0 && html`<p class="empty">${t(`board.empty.${meeting.meeting.value.status}`)}</p>`}
      <ol class="list" role="list" aria-labelledby="board-title">
        ${waiting.map(
          (question) => html`<${QuestionRow}
            key=${question.question_id}
            ...${{ question, names, seen, acts }}
            hasKeys=${keysOn.value}
            isSelected=${desk.selected === question}
            entry=${pendingOn(entries.value, question.question_id)}
          />`,
        )}
      </ol>
      ${others.map(
        (question) => html`<p key=${question.question_id} class="others small mute">
          ${t('board.others', { who: names.person(question.claimed_by) })} <span dir="auto">${question.text}</span>
        </p>`,
      )}
    </section>
  `
}

/** What the teacher has in hand: the selected row, the claimed questions, the drafts of answers, and all they can do. */
function useDesk(meeting) {
  const [selectedId, setSelected] = useState(null)
  const [turnedTo, turnTo] = useState(null)
  const [room, setRoom] = useState(null)
  const drafts = useMemo(() => signal({}), [])
  const seen = useMemo(
    () => createSeen((key) => meeting.live.submit('question.see', { question_id: key.split(' ')[0] }, { silent: true })),
    [meeting],
  )
  useEffect(() => () => seen.stop(), [seen])

  const questions = meeting.questions.value
  const waiting = board(questions)
  const place = useRef(0)
  const found = waiting.findIndex((question) => question.question_id === selectedId)
  // What was selected has gone (claimed, here or elsewhere): the selection stays at its place in the queue.
  const at = found >= 0 ? found : Math.min(place.current, waiting.length - 1)
  if (found >= 0) place.current = found
  const selected = waiting[at] ?? null
  // Held fast by its id: a question that jumps the queue must not slip under the finger that is about to claim.
  // An effect may run after the next key was pressed: what was chosen since then stays.
  useEffect(
    () => setSelected((held) => (held === selectedId ? (selected?.question_id ?? null) : held)),
    [selected?.question_id],
  )
  const claimed = claimedBy(questions, session.value.person_id)
  const current = claimed.find((question) => question.question_id === turnedTo) ?? claimed[0] ?? selected

  const now = useRef(null)
  now.current = { waiting, selected, at, room, rooms: meeting.rooms.value }
  const handsOver = useRef(false)
  const acts = useMemo(() => actsOf({ meeting, now, drafts, handsOver, setSelected, turnTo, setRoom }), [meeting])
  return { selected, claimed, current, room, drafts, handsOver, seen, acts }
}

function actsOf({ meeting, now, drafts, handsOver, setSelected, turnTo, setRoom }) {
  const { live } = meeting
  const isUnderWay = (id) => ['saved', 'sending', 'sent'].includes(pendingOn(live.commands.entries.value, id)?.state)

  function select(id) {
    setSelected(id)
    // The next key may come before the next rendering.
    const at = now.current.waiting.findIndex((question) => question.question_id === id)
    if (at >= 0) now.current = { ...now.current, at, selected: now.current.waiting[at] }
    // The row's button is where the keyboard and a screen reader then are.
    document.getElementById(`open-${id}`)?.focus()
  }
  function step(by) {
    const { waiting, at } = now.current
    const to = Math.min(Math.max(at + by, 0), waiting.length - 1)
    if (waiting[to]) select(waiting[to].question_id)
  }
  function claim(id = now.current.selected?.question_id) {
    if (!id || isUnderWay(id)) return
    const refused = pendingOn(live.commands.entries.value, id)
    if (refused) live.commands.take(refused.command_id)
    turnTo(id)
    handsOver.current = true
    live.submit('question.claim', { question_id: id })
  }
  /** Returns what is missing, as a key, or null. */
  function answer(id) {
    if (isUnderWay(id)) return null
    const { form, text } = drafts.value[id] ?? { form: 'spoken_to_all', text: '' }
    if (form === 'written' && !text.trim()) return 'answer.needsText'
    handsOver.current = true
    live.submit('question.answer', { question_id: id, form, ...(text.trim() ? { text } : {}) })
    return null
  }
  function pickRoom(siteId) {
    const isAgain = now.current.room === siteId
    setRoom(isAgain ? null : siteId)
    const first = now.current.waiting.find((question) => question.site_id === siteId)
    if (!isAgain && first) select(first.question_id)
  }
  return {
    select,
    step,
    claim,
    answer,
    turnTo,
    pickRoom,
    retry: (entry) => live.commands.retry(entry.command_id),
    drop: (entry) => live.commands.take(entry.command_id),
    pickNth(n) {
      const room = now.current.rooms[n - 1]
      if (room) pickRoom(room.site_id)
    },
  }
}

function useKeys({ acts }, showHelp) {
  useEffect(() => {
    const rooms = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [n, () => acts.pickNth(n)]))
    const map = {
      j: () => acts.step(1),
      k: () => acts.step(-1),
      c: () => acts.claim(),
      // The form says what is missing, so the key presses its button.
      a: () => document.getElementById('answered')?.click(),
      '?': showHelp,
      ...rooms,
    }
    return listen(map)
  }, [acts])
}

function useNewsAnnounced(waiting, names) {
  const known = useRef(null)
  useEffect(() => {
    const fresh = known.current ? waiting.filter((question) => !known.current.has(question.question_id)) : []
    known.current = new Set(waiting.map((question) => question.question_id))
    if (fresh.length === 1) say(t('said.question', { site: names.site(fresh[0].site_id) }))
    if (fresh.length > 1) say(t('said.questions', { n: fresh.length }))
  }, [waiting.map((question) => question.question_id).join()])
}
