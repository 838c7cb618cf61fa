// What a person has to do with Longroom today: the class that is live now first, with one big way in (for the coordinator,
// all of them, the worst first); then what comes, then what was. Who has no part in classes is told what they may read here.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

import { Bar } from '../components/bar.js'
import { Debts } from '../components/debts.js'
import { LiveBoard } from '../components/live-board.js'
import { Mark, Pill } from '../components/pill.js'
import { Problem } from '../components/problem.js'
import { SignOut } from '../components/sign-out.js'
import { PlanNotices } from '../components/plan-notices.js'
import { LostNotice, PinOffer, TabletMenu } from '../components/tablet-menu.js'
import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { useLoaded } from '../core/loaded.js'
import { isListedLive, unsentByMeeting } from '../core/meeting.js'
import { briefPath, meetingPath, reportPath } from '../core/router.js'
import { browserZone, localIn, wallOfPlan } from '../core/schedule.js'
import { session } from '../core/session.js'
import { language, locale, t } from '../core/text.js'
import { asPlanned, asSiteClock, asTimes, isSameDay, serverInstant, serverNow } from '../core/time.js'
import { useWall } from '../core/wall.js'

/** The classes that may go on now: whoever waits for theirs to begin must not wait for a list. */
const NOW_MS = 20_000
/** Weeks of classes, and what is owed from them, change slowly and cost more. */
const LISTS_MS = 300_000
const NEAR_MS = 3_600_000
const CHANGES_MS = 60_000
const PAST_SHOWN = 8
const SHOWN_MS = 14 * 86_400_000
const OVER = new Set(['ended', 'reconciled'])
const IN_CLASS = new Set(['teacher', 'supervisor'])
/** Who may ask for the list of classes at all: to anybody else it is refused. */
const SEES_CLASSES = new Set([...IN_CLASS, 'coordinator'])

export function HomePage() {
  const { program, name, grants } = session.value
  const roles = [...new Set(grants.map((grant) => grant.role))]
  const seesClasses = roles.some((role) => SEES_CLASSES.has(role))
  const isInClass = roles.some((role) => IN_CLASS.has(role))
  const [listed, error, reload] = useLoaded(seesClasses ? shownMeetings : async () => [], seesClasses && LISTS_MS)
  const [near, nearError, reloadNear] = useLoaded(isInClass ? nearMeetings : async () => [], isInClass && NOW_MS)
  const meetings = useMemo(() => listed && newest(listed, near ?? []), [listed, near])
  useEffect(() => {
    document.title = t('title.page', { page: t('home.title') })
  }, [language.value])
  useLayoutEffect(() => {
    isListedLive.value = meetings?.some((one) => one.status === 'live' && IN_CLASS.has(one.part)) ?? true
  }, [meetings])
  // From here on the page that comes next knows whether its class is live.
  useEffect(() => () => (isListedLive.value = false), [])
  const [plan, , reloadPlan] = useLoaded(seesClasses ? planOfToday : async () => null, seesClasses && CHANGES_MS)
  useWall(...wallOfPlan(plan))
  const [told, owedError, reloadOwed] = useLoaded(seesClasses ? api.owed : async () => null, seesClasses && LISTS_MS)
  useOver(near, () => (reload(), reloadOwed()))
  const isDesk = roles.some((role) => !IN_CLASS.has(role))
  const isCoordinator = roles.includes('coordinator')
  const isOnTablet = roles.includes('supervisor')
  const who = t('home.who', { name, roles: roles.map((role) => t(`role.${role}`)).join(', ') })
  return html`
    <${Bar} title=${program.name} under=${who} isHome=${true}>
      <span class="grow"></span>
      ${isOnTablet && html`<${TabletMenu} />`}
      <${SignOut} />
    <//>
    <main id="main" class="page">
      ${(error ?? nearError) && html`<${Problem} error=${error ?? nearError} onRetry=${() => (reload(), reloadNear())} />`}
      ${!error && !nearError && owedError && html`<${Problem} error=${owedError} onRetry=${reloadOwed}><span>${t('debts.unread')}</span><//>`}
      <${LostNotice} />
      <${Unsent} meetings=${meetings ?? []} />
      ${isCoordinator && html`<${LiveBoard} />`}
      ${!meetings && !error && html`<p class="loading">${t('app.loading')}</p>`}
      ${meetings && html`<${Meetings} ...${{ meetings, isDesk, seesClasses, isCoordinator, told, plan, reloadPlan }} />`}
      ${isDesk && html`<${Desk} roles=${roles} />`}
      ${isOnTablet && html`<${PinOffer} />`}
    </main>
  `
}

const meetingsWithin = (reach) => () => {
  const now = serverInstant()
  return api.meetings({ since: Math.round(now - reach), until: Math.round(now + reach) })
}
const shownMeetings = meetingsWithin(SHOWN_MS)
const nearMeetings = meetingsWithin(NEAR_MS)

const planOfToday = () => api.schedule(localIn(serverInstant(), browserZone()).slice(0, 10), 1, browserZone())

/** The listed classes, each as it was last read. */
function newest(listed, near) {
  const fresh = new Map(near.map((one) => [one.id, one]))
  const known = new Set(listed.map((one) => one.id))
  return [...listed.map((one) => fresh.get(one.id) ?? one), ...near.filter((one) => !known.has(one.id))]
}

/** Tells when a class that was live is so no more: what it owes is owed from now on. */
function useOver(near, tell) {
  const live = useRef([])
  useEffect(() => {
    const now = near?.filter((one) => one.status === 'live').map((one) => one.id) ?? []
    if (live.current.some((id) => !now.includes(id))) tell()
    live.current = now
  }, [near])
}

/** What changed of the plan, until it was read, and the way to the whole of it. */
function Plan({ plan, reloadPlan }) {
  return html`
    ${plan && html`<${PlanNotices} notices=${plan.notices} onRead=${reloadPlan} />`}
    <p><a class="btn big" href="/schedule">${t('home.schedule')}</a></p>
  `
}

/** What still waits to be sent goes out from here too; what was refused is for the person to settle in its class. */
const Unsent = ({ meetings }) =>
  unsentByMeeting().map(({ id, n }) => {
    const title = meetings.find((meeting) => meeting.id === id)?.title ?? t('meeting.title')
    return html`<p key=${id} class="notice warn">
      <${Mark} name="held" /><span class="notice-text">${t('home.notSent', { n, title })}</span>
      <a class="btn big" href=${meetingPath(id)}>${t('home.open')}</a>
    </p>`
  })

function Meetings({ meetings, isDesk, seesClasses, isCoordinator, told, plan, reloadPlan }) {
  // What is merely watched stands on the board of all classes.
  const live = meetings.filter((meeting) => meeting.status === 'live' && IN_CLASS.has(meeting.part))
  const isPast = (meeting) => OVER.has(meeting.status) || (meeting.status !== 'live' && isTimeOver(meeting))
  const coming = meetings
    .filter((meeting) => meeting.status !== 'live' && !isPast(meeting))
    .sort((a, b) => a.starts_at - b.starts_at)
  const past = meetings.filter(isPast).sort((a, b) => b.starts_at - a.starts_at)
  if (meetings.length === 0 && isDesk) return seesClasses && html`<${Plan} ...${{ plan, reloadPlan }} />`
  return html`
    ${(live.length > 0 || !isCoordinator) && html`<h2>${t('home.live')}</h2>`}
    ${live.length === 0 && !isCoordinator && html`<p class="empty">${t(coming.length ? 'home.noneLive' : 'home.none')}</p>`}
    ${live.map((meeting) => html`<${LiveMeeting} key=${meeting.id} meeting=${meeting} />`)}
    ${told && html`<${Debts} told=${told} />`}
    ${seesClasses && html`<${Plan} ...${{ plan, reloadPlan }} />`}
    <${MeetingList} title=${t('home.coming')} meetings=${coming} />
    <${MeetingList} title=${t('home.past')} meetings=${past} most=${PAST_SHOWN} />
  `
}

/** Whether its planned time is over, whatever became of it. */
const isTimeOver = ({ ends_at: to }) => to <= serverInstant()
const isMissed = (meeting) => ['scheduled', 'lobby'].includes(meeting.status) && isTimeOver(meeting)

function LiveMeeting({ meeting }) {
  const { id, title, section_title: section, part, summary, starts_at: from, ends_at: to } = meeting
  return html`
    <article class="live-card">
      <div class="live-card-text">
        <${Pill} tone="info">${t('home.liveNow')}<//>
        <h3>${title}</h3>
        <p class="mute">${section} · ${asTimes(from, to, locale.value)}</p>
        <p>${t('home.rooms', { n: summary.rooms })} · ${t('home.waiting', { n: summary.waiting })}</p>
      </div>
      <a class="btn primary huge" href=${meetingPath(id)}>${t(`home.enter.${part}`)}</a>
    </article>
  `
}

function MeetingList({ title, meetings, most = Infinity }) {
  const [isAll, setAll] = useState(false)
  if (meetings.length === 0) return null
  const shown = isAll ? meetings : meetings.slice(0, most)
  return html`
    <h2>${title}</h2>
    <ul class="meetings" role="list">
      ${shown.map(
        (meeting) => html`<li key=${meeting.id}>
          <a href=${meetingPath(meeting.id)}>
            <b>${meeting.title}</b><span class="mute"> · ${meeting.section_title}</span>
          </a>
          ${meeting.status === 'cancelled' && html`<${Pill} tone="bad">${t('status.cancelled')}<//>`}
          ${isMissed(meeting) && html`<${Pill} tone="warn" mark="bad">${t('concern.class_not_held')}<//>`}
          <span class="small mute">${whenOf(meeting)}</span>
          ${['scheduled', 'lobby'].includes(meeting.status) && html`<a class="small" href=${briefPath(meeting.id)}>${t('brief.link')}</a>`}
          ${OVER.has(meeting.status) && html`<a class="small" href=${reportPath(meeting.id)}>${t('home.report')}</a>`}
        </li>`,
      )}
    </ul>
    ${shown.length < meetings.length &&
    html`<button class="btn" onClick=${() => setAll(true)}>${t('home.all', { n: meetings.length })}</button>`}
  `
}

function whenOf({ starts_at: from, ends_at: to }) {
  const times = asPlanned(from, to, locale.value, serverNow())
  return isSameDay(from, serverNow()) ? t('home.today', { times }) : times
}

/** For whoever has no part in classes: the sites, and an honest word on what is still to come. */
function Desk({ roles }) {
  const [found, error, reload] = useLoaded(() => api.directory('sites'))
  const rows = found?.rows ?? []
  return html`
    ${roles.includes('registrar') && html`<p class="notice info"><span>${t('desk.registrar')}</span></p>`}
    <h2>${t('desk.sites')}</h2>
    ${error && html`<${Problem} error=${error} onRetry=${reload} />`}
    ${!found && !error && html`<p class="loading">${t('app.loading')}</p>`}
    ${found && rows.length === 0 && html`<p class="empty">${t(roles.includes('coordinator') ? 'desk.noSitesDo' : 'desk.noSites')}</p>`}
    <ul class="meetings" role="list">
      ${rows.map(
        (site) => html`<li key=${site.id}>
          <b>${site.name}</b>
          <span class="small mute">${asSiteClock(serverNow(), site.time_zone, locale.value)}</span>
        </li>`,
      )}
    </ul>
  `
}
