// One meeting's live link: it connects, joins, keeps the record whole, and tells the truth about itself.
//
//   connecting    never joined yet
//   connected     joined, and heard from within the last 20 s
//   reconnecting  the link was lost, or a try failed; trying again by itself
//   offline       as reconnecting, and the device itself says that it has no network
//   refused       the server said no (signed out, no part in this class); only a person can change that
//
// Every try is a new socket, so that nothing of an old one (buffers, timers, acknowledgements) can leak into the next.
import { batch, signal } from '@preact/signals-core'
import { io } from 'socket.io-client'

import { ANSWER_WITHIN_MS, createCommands } from './commands.js'
import * as rec from './record.js'

const RETRY_MS = [300, 1_000, 2_000, 4_000, 5_000]
const OPEN_WITHIN_MS = 8_000
/** The server pings every 10 s and gives up after 10 s more: silence beyond that is a dead link, whatever TCP says. */
const SILENCE_MS = 20_000
const GAP_MS = 300
const REFUSALS = new Set([
  ...['not_signed_in', 'revoked', 'expired', 'abuse', 'forbidden', 'cross_site'],
  ...['unknown_stream', 'not_found', 'not_your_section', 'not_your_site', 'bad_id'],
])

function openSocket(meetingId) {
  return io('/live', {
    query: { meeting: meetingId },
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnection: false,
    forceNew: true,
    timeout: OPEN_WITHIN_MS,
  })
}

export function createLive({ meetingId, stream = `meeting:${meetingId}`, open = openSocket, refresh, outbox }) {
  const link = signal('connecting')
  const problem = signal(null)
  const record = signal(rec.emptyRecord(stream))
  /** When what is shown was last known to be all there is (device clock), or null. */
  const wholeAt = signal(null)
  const commands = createCommands({
    stream,
    outbox,
    refresh: refresh && ((entry) => refresh(entry, record.peek())),
    shownSeq: () => record.peek().last,
  })

  let socket = null
  let heardAt = Date.now()
  let tries = 0
  let waitAtLeast = 0
  let retryTimer = null
  let gapTimer = null
  let watchdog = null

  // ── Connecting ──────────────────────────────────────────────────────────────────────────────────────────────────

  function attempt() {
    clearTimeout(retryTimer)
    drop()
    heardAt = Date.now()
    const mine = open(meetingId)
    socket = mine
    const on = (event, handle) => mine.on(event, (...args) => mine === socket && handle(...args))
    mine.io.engine?.on('packet', () => mine === socket && (heardAt = Date.now()))
    on('connect', join)
    on('connect_error', ({ message, data }) => (REFUSALS.has(data?.code) ? refuse({ message, ...data }) : lost()))
    on('disconnect', lost)
    on('changes', (frame) => take(rec.received, frame))
    on('changes_gz', (body) => inflate(body).then((frame) => mine === socket && take(rec.received, frame), rejoin))
    on('snapshot', (frame) => take(rec.replaced, frame))
    on('head', (frame) => take(rec.headSeen, frame))
    on('removed', (frame) => frame.stream === stream && refuse(frame))
    on('closing', closing)
  }

  function drop() {
    clearTimeout(gapTimer)
    gapTimer = null
    commands.linkDown()
    if (!socket) return
    const old = socket
    socket = null
    old.off()
    old.disconnect()
    // Closing politely waits for a transport that is still opening, or for an answer that a dead link never brings.
    old.io.engine?.transport?.ws?.close?.()
  }

  function lost() {
    drop()
    if (link.value === 'refused') return
    tries += 1
    const never = record.value.last === null && tries < 2
    link.value = isOffline() ? 'offline' : never ? 'connecting' : 'reconnecting'
    const base = RETRY_MS[Math.min(tries - 1, RETRY_MS.length - 1)]
    // Spread out: a server that restarts must not meet all its rooms in one instant.
    const delay = Math.max(waitAtLeast, base * (0.75 + Math.random() / 2))
    waitAtLeast = 0
    retryTimer = setTimeout(attempt, delay)
  }

  function refuse(error) {
    drop()
    clearTimeout(retryTimer)
    batch(() => {
      link.value = 'refused'
      problem.value = { code: error.code, message: error.message }
      if (error.stream) record.value = rec.emptyRecord(stream)
    })
  }

  function closing({ code, message, retry_ms: retryMs = 0 }) {
    waitAtLeast = retryMs
    if (REFUSALS.has(code)) refuse({ code, message })
  }

  // ── The record ──────────────────────────────────────────────────────────────────────────────────────────────────

  function join() {
    const mine = socket
    record.value = rec.joining(record.value)
    const since = rec.since(record.value)
    const request = since ? { stream, since } : { stream }
    mine.timeout(ANSWER_WITHIN_MS).emit('join', request, (error, reply) => {
      if (mine !== socket) return
      if (error) return lost()
      if (!reply.ok) return REFUSALS.has(reply.error?.code) ? refuse(reply.error) : lost()
      tries = 0
      batch(() => {
        link.value = 'connected'
        problem.value = null
        record.value = rec.joined(record.value, reply)
      })
      const sender = (event) => (payload, answered) => mine.timeout(ANSWER_WITHIN_MS).emit(event, payload, answered)
      commands.linkUp(sender('command'), sender('commands'))
      judge()
    })
  }

  function rejoin() {
    if (socket?.connected && !record.value.joining) join()
  }

  function take(step, frame) {
    if (frame?.stream !== stream) return
    record.value = step(record.value, frame)
    judge()
  }

  // Whole: say so. Behind: give the missing frames a moment, then ask. Void: everything has to come anew, now.
  function judge() {
    const now = record.value
    if (rec.isVoid(now)) return rejoin()
    if (rec.isBehind(now)) {
      gapTimer ??= setTimeout(() => {
        gapTimer = null
        if (rec.isBehind(record.value)) rejoin()
      }, GAP_MS)
      return
    }
    if (now.joining) return
    clearTimeout(gapTimer)
    gapTimer = null
    wholeAt.value = Date.now()
    commands.shownUpTo(now.last)
  }

  // ── The device ──────────────────────────────────────────────────────────────────────────────────────────────────

  const isOffline = () => globalThis.navigator?.onLine === false
  const wentOffline = () => link.value !== 'refused' && lost()
  const again = () => {
    if (link.value === 'connected' || link.value === 'refused') return
    tries = 0
    attempt()
  }
  const lookedAt = () => document.visibilityState === 'visible' && again()
  const watch = () => {
    if (socket && Date.now() - heardAt > SILENCE_MS) lost()
  }

  return {
    stream,
    link,
    problem,
    record,
    wholeAt,
    commands,
    submit: commands.submit,
    /** Tells `answered` how long a message takes, there and back, in milliseconds; nothing where no answer comes. */
    measure(answered) {
      const mine = socket
      if (link.value !== 'connected' || !mine) return
      const askedAt = performance.now()
      mine.timeout(ANSWER_WITHIN_MS).emit('echo', {}, (error) => {
        if (!error && mine === socket) answered(Math.round(performance.now() - askedAt))
      })
    },
    start() {
      addEventListener('offline', wentOffline)
      addEventListener('online', again)
      document.addEventListener('visibilitychange', lookedAt)
      watchdog = setInterval(watch, 1_000)
      commands.start()
      attempt()
    },
    stop() {
      removeEventListener('offline', wentOffline)
      removeEventListener('online', again)
      document.removeEventListener('visibilitychange', lookedAt)
      clearInterval(watchdog)
      clearTimeout(retryTimer)
      drop()
      commands.stop()
    },
    /** After a refusal that a person has dealt with (they signed in again). */
    retry() {
      batch(() => {
        link.value = 'connecting'
        problem.value = null
      })
      tries = 0
      attempt()
    },
  }
}

/** The JSON in a gzip body: what a large `changes` frame travels as. */
export async function inflate(body) {
  const stream = new Blob([body]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Response(stream).json()
}
