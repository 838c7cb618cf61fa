// The server over HTTP. Every failure is a `Coded` error: the server's own code, or one of ours for what never reached it
// (`unreachable`, `unreadable`). Nothing else leaves this module.
import { learnClock } from './time.js'

const TIMEOUT_MS = 15_000

export class Coded extends Error {
  constructor({ code, message, field }, status = 0, retryAfter = null) {
    super(message)
    this.name = 'Coded'
    this.code = code
    this.field = field
    this.status = status
    this.retryAfter = retryAfter
  }
}

async function request(method, path, body) {
  const askedAt = Date.now()
  let response
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch {
    throw new Coded({ code: 'unreachable', message: 'the server did not answer' })
  }
  learnClock(response.headers.get('Date'), askedAt, Date.now())
  return answered(response)
}

async function answered(response) {
  if (response.status === 204) return null
  let value
  try {
    value = await response.json()
  } catch {
    if (response.ok) throw new Coded({ code: 'unreadable', message: 'the answer was cut short' }, response.status)
    value = null
  }
  if (response.ok) return value
  const code = response.status >= 500 ? 'internal' : 'unreadable'
  const error = value?.error ?? { code, message: response.statusText }
  throw new Coded(error, response.status, Number(response.headers.get('Retry-After')) || null)
}

const enc = encodeURIComponent

const PAGE = 200
const STEPS = 1_000

export const api = {
  session: () => request('GET', '/api/session'),
  signIn: (email, password) => request('POST', '/api/session', { email, password }),
  signOut: () => request('DELETE', '/api/session'),
  signOutEverywhere: () => request('DELETE', '/api/sessions'),
  /** `between`: `{since, until}` in milliseconds; without it, as far back and ahead as the server thinks right. */
  meetings: async (between = {}) => {
    const found = []
    const bounds = Object.entries(between).map(([name, at]) => `${name}=${at}&`).join('')
    for (let page; !page || page.length === PAGE; ) {
      const behind = found.length ? `&after=${enc(found.at(-1).id)}` : ''
      page = (await request('GET', `/api/meetings?${bounds}limit=${PAGE}${behind}`)).meetings
      found.push(...page)
    }
    return found
  },
  owed: () => request('GET', '/api/owed'),
  /** Every class that goes on now, for the coordinator. */
  live: () => request('GET', '/api/live'),
  /** The listing of one meeting, or null: lists are by time, and a report may be asked for years later. */
  meeting: async (meetingId) => {
    const { starts_at: since, ends_at: until } = (await api.views(meetingId)).find((one) => one.kind === 'meeting').value
    return (await api.meetings({ since, until })).find((one) => one.id === meetingId) ?? null
  },
  /** Everything that one sees of a meeting now, as `[{kind, id, value}]`. */
  views: async (meetingId) => (await request('GET', `/api/meetings/${enc(meetingId)}`)).snapshot,
  brief: (meetingId) => request('GET', `/api/meetings/${enc(meetingId)}/brief`),
  writeBrief: (meetingId, brief) => request('POST', `/api/meetings/${enc(meetingId)}/brief`, brief),
  report: (meetingId) => request('GET', `/api/meetings/${enc(meetingId)}/report`),
  /** Where the files of a meeting lie, for links. */
  files: (meetingId) => ({
    questions: `/api/meetings/${enc(meetingId)}/report.csv`,
    rooms: `/api/meetings/${enc(meetingId)}/rooms.csv`,
    history: `/api/meetings/${enc(meetingId)}/history.csv`,
    whole: `/api/meetings/${enc(meetingId)}/report`,
  }),
  /** All steps, a thousand at a time. */
  replay: async (meetingId) => {
    const found = []
    for (let page; !page || page.length === STEPS; ) {
      page = (await request('GET', `/api/meetings/${enc(meetingId)}/replay?limit=${STEPS}&after=${found.at(-1)?.seq ?? 0}`)).steps
      found.push(...page)
    }
    return found
  },
  roster: (meetingId) => request('GET', `/api/meetings/${enc(meetingId)}/roster`),
  likenesses: (meetingId) => request('GET', `/api/meetings/${enc(meetingId)}/likenesses`),
  place: (meetingId, questionId) =>
    request('GET', `/api/meetings/${enc(meetingId)}/questions/${enc(questionId)}/place`),
  /** `days` days from the date `first` on; `zone`: this browser's, for whoever has no school's clock. */
  schedule: (first, days, zone) =>
    request('GET', `/api/schedule?from=${enc(first)}&days=${days}${zone ? `&zone=${enc(zone)}` : ''}`),
  acknowledge: (noticeId) => request('POST', `/api/notices/${enc(noticeId)}/acknowledge`),
  /** `kind`: move, cancel or reinstate. */
  changePlan: (meetingId, kind, data) => request('POST', `/api/meetings/${enc(meetingId)}/${kind}`, data),
  feeds: () => request('GET', '/api/feeds'),
  makeFeed: () => request('POST', '/api/feeds'),
  revokeFeed: (id) => request('DELETE', `/api/feeds/${enc(id)}`),
  directory: (kind) => request('GET', `/api/directory/${enc(kind)}`),
}
