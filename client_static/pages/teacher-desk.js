// The desk of a teacher as the page uses it: the state behind the screen, all gestures with their keys, where the focus
// goes when a row moves, and what is said aloud.
import { effect } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

import { say } from '../core/announce.js'
import { createDesk } from '../core/desk.js'
import { listen } from '../core/keys.js'
import { createLikenesses } from '../core/likenesses.js'
import { glance, newsSince } from '../core/news.js'
import { isEarly, missingFrom } from '../core/readiness.js'
import { createSeen } from '../core/seen.js'
import { session } from '../core/session.js'
import { createActs } from '../core/teacher-acts.js'
import { t } from '../core/text.js'
import { serverInstant } from '../core/time.js'
import { createUndo, stillStands } from '../core/undo.js'

export function useDesk(meeting, openDialog) {
  const [room, setRoom] = useState(null)
  const roomNow = useRef(null)
  roomNow.current = room
  const handsOver = useRef(false)
  const held = useMemo(() => begin(meeting, () => (handsOver.current = true)), [meeting])
  useEffect(() => held.watch(), [held])
  const acts = useMemo(() => {
    const pick = (siteId) => (setRoom(siteId), (roomNow.current = siteId))
    return gesturesOf(meeting, held, openDialog, { pick, picked: () => roomNow.current })
  }, [held])
  useKeys(acts)
  useFocusHandedOver(held.desk, handsOver)
  useNewsAnnounced(meeting)
  return { ...held, acts, room }
}

function begin(meeting, handOver) {
  const likenesses = createLikenesses(meeting.id)
  const { drafts } = meeting
  const undo = createUndo()
  const personId = session.peek().person_id
  const desk = createDesk({ questions: meeting.questions, pairs: likenesses.pairs, personId })
  const see = (key) => meeting.live.submit('question.see', { question_id: key.split(' ')[0] }, { silent: true })
  const seen = createSeen(see)
  const commands = createActs({ live: meeting.live, desk, undo, drafts, handOver })

  /** Until the page goes: what follows from each change of the record. */
  function watch() {
    const stops = [
      effect(() => {
        const { waiting, mine } = desk.lanes.value
        likenesses.follow([...waiting, ...mine].map((one) => `${one.question_id} ${one.restated}`).sort().join())
      }),
      effect(() => {
        const done = undo.settle(meeting.live.commands.entries.value)
        if (done) say(t(`said.${done.word}`))
      }),
      effect(() => {
        const offer = undo.offer.value
        const isLive = meeting.meeting.value?.status === 'live'
        meeting.questions.value // what somebody else did meanwhile ends the offer
        if (offer && !stillStands(offer, desk.view(offer.question_id), isLive)) undo.end()
      }),
    ]
    return () => {
      for (const stop of stops) stop()
      for (const one of [seen, likenesses, desk]) one.stop()
      undo.end()
    }
  }
  return { desk, seen, drafts, undo, commands, watch }
}

/** What keys and buttons do: the commands, and the ways through the board and its dialogs. */
function gesturesOf(meeting, { desk, commands }, openDialog, rooms) {
  const isLive = () => meeting.meeting.value.status === 'live'
  const standing = () => desk.current.value && desk.standing(desk.current.value)
  const open = (kind, standings) => () => standings.includes(standing()) && openDialog(kind)
  const inQueue = ['waiting', 'claimed', 'answering']

  /** To a row of the board, where the keyboard and a screen reader then are. */
  function select(question) {
    if (!question) return
    desk.choose(question.question_id)
    document.getElementById(`open-${question.question_id}`)?.focus()
  }
  function pickRoom(siteId) {
    if (rooms.picked() === siteId) return rooms.pick(null)
    rooms.pick(siteId)
    select(desk.firstOf(siteId))
  }
  return {
    ...commands,
    choose: desk.choose,
    select: (id) => select(desk.view(id)),
    step: (by) => select(desk.stepped(by)),
    turn(by) {
      const next = desk.turned(by)
      if (next) desk.choose(next.question_id)
      if (next) document.getElementById('now-title')?.focus()
    },
    /** The form says what is missing, so the key presses its button; from another question, first back to the one in hand. */
    pressAnswered() {
      const button = document.getElementById('answered')
      if (button) return button.click()
      // On a long line the claim may still be under way: nobody is told to claim it then.
      if (commands.isSending()) return say(t('command.sending'))
      const { mine } = desk.lanes.value
      if (mine.length) desk.choose(mine[0].question_id)
      else desk.askToClaim()
      say(t(mine.length ? 'said.backInHand' : 'said.claimFirst'))
    },
    mergeOrPick() {
      if (!['waiting', 'claimed'].includes(standing())) return
      if (!commands.mergeAsSuggested()) openDialog('merge')
    },
    openRepeat: open('repeat', inQueue),
    openDecline: open('decline', [...inQueue, 'asked_back', 'deferred']),
    openCall: () => isLive() && openDialog('call'),
    openAnnounce: () => ['lobby', 'live'].includes(meeting.meeting.value.status) && openDialog('announce'),
    openHelp: () => openDialog('help'),
    /** At once where every room is there and its time is near; else by way of what the missing do instead. */
    start() {
      const [view, now] = [meeting.meeting.peek(), serverInstant()]
      const missing = missingFrom(view, meeting.rooms.peek(), meeting.catchUps.peek(), now)
      if (missing.length || isEarly(view, now)) openDialog('start')
      else commands.startClass([])
    },
    openCatchUp: (plan) => openDialog({ catchUp: plan ?? null }),
    pickRoom,
    pickNth(n) {
      const room = meeting.rooms.value[n - 1]
      if (room) pickRoom(room.site_id)
    },
  }
}

/** From the first frame on: what looks ready is ready. */
function useKeys(acts) {
  useLayoutEffect(() => {
    const rooms = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [n, () => acts.pickNth(n)]))
    return listen({
      j: () => acts.step(1),
      k: () => acts.step(-1),
      l: () => acts.turn(1),
      h: () => acts.turn(-1),
      c: () => acts.claim(),
      a: acts.pressAnswered,
      m: acts.mergeOrPick,
      d: () => acts.defer(),
      r: acts.openRepeat,
      s: acts.openCall,
      n: acts.openAnnounce,
      u: acts.undo,
      '?': acts.openHelp,
      ...rooms,
    })
  }, [acts])
}

/** The button that was pressed has gone with its row or form: the focus comes to what follows instead of to nowhere. */
function useFocusHandedOver(desk, handsOver) {
  useEffect(() => {
    const acted = () => (handsOver.current = false)
    addEventListener('keydown', acted, { capture: true })
    addEventListener('pointerdown', acted, { capture: true })
    return () => {
      removeEventListener('keydown', acted, { capture: true })
      removeEventListener('pointerdown', acted, { capture: true })
    }
  }, [])
  useLayoutEffect(() => {
    if (!handsOver.current || document.activeElement !== document.body) return
    const question = desk.current.value
    const row = question && desk.standing(question) === 'waiting' && document.getElementById(`open-${question.question_id}`)
    const next = row || document.getElementById('now-title')
    next?.focus()
    handsOver.current = false
  })
}

function useNewsAnnounced(meeting) {
  const before = useRef(null)
  const questions = meeting.questions.value
  const calls = meeting.calls.value
  const rooms = meeting.rooms.value
  useEffect(() => {
    const names = meeting.names.value
    if (before.current) {
      for (const sentence of newsSince(before.current, questions, calls, names, session.peek().person_id, rooms, serverInstant())) say(sentence)
    }
    before.current = glance(questions, calls, rooms, serverInstant())
  }, [questions, calls, rooms])
}
