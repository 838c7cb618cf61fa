// One meeting as a screen needs it: its live record, its roster, and the readings of both. Meetings outlive the page that
// shows them for as long as something a person did has not reached the server.
import { computed, effect, signal } from '@preact/signals-core'

import { api } from './api.js'
import { createDrafts } from './drafts.js'
import { createLive } from './live.js'
import { namesOf } from './names.js'
import { isWaiting, stillMeant } from './questions.js'
import { valueOf, valuesOf } from './record.js'
import { outboxOf, waitingStreams } from './tablet.js'

const ROSTER_RETRY_MS = [2_000, 5_000, 15_000, 30_000]
/** A roster that lacks somebody is read again, but never in a tight circle: some people it may simply not tell us. */
const ROSTER_AGAIN_MS = 30_000

const STREAM = /^meeting:(.+)$/

const open = new Map()
/** Counts up whenever a meeting opens or closes, for whoever shows something of all of them. */
const openings = signal(0)

/** The home page's word on whether a class of this person is live. */
export const isListedLive = signal(false)

/** The open meeting of this id, opened if need be. */
export function openMeeting(id) {
  const held = open.get(id) ?? begin(id)
  held.isShown.value = true
  return held
}

/** Open whatever something of an earlier page still waits for: it goes out without anybody going there. */
export async function resumeMeetings() {
  for (const held of open.values()) if (held.live.link.value === 'refused') held.retry()
  for (const stream of await waitingStreams()) {
    const [, id] = STREAM.exec(stream) ?? []
    if (id && !open.has(id)) begin(id)
  }
}

/** Its page is gone. It closes as soon as nothing of it is unsent. */
export function closeMeeting(id) {
  const held = open.get(id)
  if (held) held.isShown.value = false
}

function begin(id) {
  const held = createMeeting(id)
  const { commands } = held.live
  const isIdle = () => !held.isShown.value && commands.isRestored.value && commands.unsent() === 0
  open.set(id, held)
  openings.value += 1
  held.start()
  const stopWatching = effect(() => {
    if (isIdle()) queueMicrotask(end)
  })
  function end() {
    if (!isIdle() || open.get(id) !== held) return
    stopWatching()
    held.stop()
    open.delete(id)
    openings.value += 1
  }
  return held
}

/** What the server does not have yet: `{id, n}` for each meeting. */
export function unsentByMeeting() {
  if (openings.value === 0) return []
  const counted = [...open.values()].map((held) => ({ id: held.id, n: held.live.commands.unsent() }))
  return counted.filter(({ n }) => n > 0)
}

export const countUnsent = () => unsentByMeeting().reduce((sum, { n }) => sum + n, 0)

/** Whether leaving the page now would lose something. */
export const hasUnkept = () => [...open.values()].some((held) => held.live.commands.hasUnkept())

/** Whether this person is in class, or may be: a class of which nothing could be loaded yet counts. */
export const isClassLive = () =>
  isListedLive.value || [...open.values()].some((held) => held.isShown.value && mayBeLive(held.meeting.value))

const mayBeLive = (meeting) => !meeting || meeting.status === 'live'

/** What is being typed, onto the disk now. */
export const keepDrafts = () => open.forEach((held) => held.drafts.keepNow())

/** Somebody else may sign in next: nothing of the last person stays. */
export function closeAll() {
  for (const held of open.values()) held.stop()
  open.clear()
  openings.value += 1
  isListedLive.value = false
}

function createMeeting(id) {
  const outbox = outboxOf(`meeting:${id}`)
  const live = createLive({
    meetingId: id,
    outbox,
    refresh: (entry, record) => stillMeant(entry, valueOf(record, 'question', entry.data.question_id)),
  })
  const roster = signal(null)
  const rosterProblem = signal(null)
  const names = computed(() => namesOf(roster.value))
  const meeting = computed(() => valueOf(live.record.value, 'meeting', 'meeting'))
  const questions = computed(() => valuesOf(live.record.value, 'question'))
  const announcements = computed(() => valuesOf(live.record.value, 'announcement'))
  const calls = computed(() => valuesOf(live.record.value, 'call'))
  const catchUps = computed(() => valuesOf(live.record.value, 'catch_up'))
  const views = computed(() => valuesOf(live.record.value, 'room'))
  // By name, once: the columns of a room never change places while names stay.
  const rooms = computed(() =>
    [...views.value].sort((a, b) => {
      const byName = names.value.site(a.site_id).localeCompare(names.value.site(b.site_id))
      return byName || (a.site_id < b.site_id ? -1 : 1)
    }),
  )

  // A draft of an answer is of no use once the question is not waited for any more.
  const isWorthKeeping = (key) => {
    const question = key === 'ask' ? null : questions.peek().find((one) => one.question_id === key)
    return !question || isWaiting(question) || question.status === 'deferred'
  }
  const drafts = createDrafts({ outbox, isWorthKeeping })

  let stopped = false
  let tries = 0
  let readAt = 0
  let rosterAt = null
  let stopRoster = () => {}

  /** Where the record changed the rooms' rosters, or what their students need, last; null: it is not there yet. */
  const rosterVersion = () => (rooms.value.length ? Math.max(...rooms.value.map((one) => one.roster_version)) : null)

  async function readRoster() {
    readAt = Date.now()
    // Before it is asked for: what changes meanwhile has it read once more.
    rosterAt = rosterVersion()
    try {
      const found = await api.roster(id)
      tries = 0
      roster.value = found
      rosterProblem.value = null
    } catch (error) {
      rosterProblem.value = error
      const mayMend = ['unreachable', 'busy', 'internal', 'too_many_requests', 'unreadable'].includes(error.code)
      if (mayMend && !stopped) setTimeout(readRoster, ROSTER_RETRY_MS[Math.min(tries++, 3)])
    }
  }

  function watchRoster() {
    return effect(() => {
      if (!roster.value) return
      const lacks = names.value.lacks({
        sites: meeting.value?.site_ids,
        people: views.value.flatMap((room) => room.supervisor_ids),
        students: questions.value.map((question) => question.student_id).filter(Boolean),
      })
      const version = rosterVersion()
      rosterAt ??= version
      const isOld = version !== null && version !== rosterAt
      if (isOld || (lacks && Date.now() - readAt > ROSTER_AGAIN_MS)) readRoster()
    })
  }

  return {
    id,
    live,
    roster,
    rosterProblem,
    names,
    meeting,
    rooms,
    questions,
    calls,
    catchUps,
    announcements,
    drafts,
    isShown: signal(false),
    part: computed(() => live.record.value.audience?.split(':')[0] ?? null),
    siteIds: computed(() => live.record.value.audience?.split(':').slice(1) ?? []),
    start() {
      live.start()
      drafts.start()
      readRoster()
      stopRoster = watchRoster()
    },
    stop() {
      stopped = true
      stopRoster()
      drafts.stop()
      live.stop()
    },
    /** Once more from the start, after the person signed in again. */
    retry() {
      // Somebody else may have signed in since: this page's meetings are the last person's.
      if (stopped) return
      tries = 0
      live.retry()
      readRoster()
    },
  }
}
