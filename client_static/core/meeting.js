// One meeting as a screen needs it: its live record, its roster, and the readings of both. Meetings outlive the page that
// shows them for as long as something a person did has not reached the server.
import { computed, effect, signal } from '@preact/signals-core'

import { api } from './api.js'
import { createLive } from './live.js'
import { namesOf } from './names.js'
import { stillMeant } from './questions.js'
import { valueOf, valuesOf } from './record.js'

const ROSTER_RETRY_MS = [2_000, 5_000, 15_000, 30_000]
/** A roster that lacks somebody is read again, but never in a tight circle: some people it may simply not tell us. */
const ROSTER_AGAIN_MS = 30_000

const open = new Map()

/** The open meeting of this id, opened if need be. */
export function openMeeting(id) {
  const held = open.get(id) ?? begin(id)
  held.isShown.value = true
  return held
}

/** Its page is gone. It closes as soon as nothing of it is unsent. */
export function closeMeeting(id) {
  const held = open.get(id)
  if (held) held.isShown.value = false
}

function begin(id) {
  const held = createMeeting(id)
  const isIdle = () => !held.isShown.value && !held.live.commands.hasUnsent()
  open.set(id, held)
  held.start()
  held.isShown.value = true
  const stopWatching = effect(() => {
    if (isIdle()) queueMicrotask(end)
  })
  function end() {
    if (!isIdle() || open.get(id) !== held) return
    stopWatching()
    held.stop()
    open.delete(id)
  }
  return held
}

/** Whether leaving the page now would lose something. */
export const hasUnsent = () => [...open.values()].some((held) => held.live.commands.hasUnsent())

/** Somebody else may sign in next: nothing of the last person stays. */
export function closeAll() {
  for (const held of open.values()) held.stop()
  open.clear()
}

function createMeeting(id) {
  const live = createLive({
    meetingId: id,
    refresh: (entry, record) => stillMeant(entry, valueOf(record, 'question', entry.data.question_id)),
  })
  const roster = signal(null)
  const rosterProblem = signal(null)
  const names = computed(() => namesOf(roster.value))
  const meeting = computed(() => valueOf(live.record.value, 'meeting', 'meeting'))
  const questions = computed(() => valuesOf(live.record.value, 'question'))
  const calls = computed(() => valuesOf(live.record.value, 'call'))
  const views = computed(() => valuesOf(live.record.value, 'room'))
  // By name, once: the columns of a room never change places while names stay.
  const rooms = computed(() =>
    [...views.value].sort((a, b) => {
      const byName = names.value.site(a.site_id).localeCompare(names.value.site(b.site_id))
      return byName || (a.site_id < b.site_id ? -1 : 1)
    }),
  )

  let stopped = false
  let tries = 0
  let readAt = 0
  let stopRoster = () => {}

  async function readRoster() {
    readAt = Date.now()
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
      if (lacks && Date.now() - readAt > ROSTER_AGAIN_MS) readRoster()
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
    isShown: signal(false),
    part: computed(() => live.record.value.audience?.split(':')[0] ?? null),
    siteIds: computed(() => live.record.value.audience?.split(':').slice(1) ?? []),
    start() {
      live.start()
      readRoster()
      stopRoster = watchRoster()
    },
    stop() {
      stopped = true
      stopRoster()
      live.stop()
    },
    /** Once more from the start, after the person signed in again. */
    retry() {
      tries = 0
      live.retry()
      readRoster()
    },
  }
}
