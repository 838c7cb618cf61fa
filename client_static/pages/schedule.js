// A person's week or day: their classes by their own clock, what is closed, what changed, and the address under which
// another calendar reads it.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

import { Bar } from '../components/bar.js'
import { CalendarAddresses } from '../components/calendar-addresses.js'
import { PlanDay } from '../components/plan-day.js'
import { PlanDialog } from '../components/plan-dialog.js'
import { PlanConflicts, PlanNotices } from '../components/plan-notices.js'
import { Problem } from '../components/problem.js'
import { say } from '../core/announce.js'
import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { useLoaded } from '../core/loaded.js'
import { addDays, asDayLong, asSpan, browserZone, daysFrom, localIn, mondayOf, wallOfPlan } from '../core/schedule.js'
import { session } from '../core/session.js'
import { language, locale, t } from '../core/text.js'
import { serverInstant, serverNow } from '../core/time.js'
import { useWall } from '../core/wall.js'

const REFRESH_MS = 60_000
const WEEK = 7
/** Below this a week's columns would be too narrow to read: one day at a time. */
const NARROW = '(max-width: 48em)'
const STEPS = { ArrowLeft: -1, ArrowRight: 1 }

export function SchedulePage() {
  const [view, setView] = useState(matchMedia(NARROW).matches ? 'day' : 'week')
  // Until the server has told whose clock counts, the browser's says which day it is.
  const [day, setDay] = useState(() => localIn(serverInstant(), browserZone()).slice(0, 10))
  const first = mondayOf(day)
  const [plan, error, reload] = useLoaded(() => api.schedule(first, WEEK, browserZone()), REFRESH_MS, first)
  const [change, setChange] = useState(null)
  useWall(...wallOfPlan(plan))
  const isTurned = useRef(false)
  useEffect(() => {
    // Whose clock counts is known now; a day that was chosen stays.
    if (plan && !isTurned.current) today()
  }, [plan?.zone])
  const mayPlan = session.value.grants.some((grant) => grant.role === 'coordinator' && grant.site_id === null)
  useEffect(() => {
    document.title = t('title.page', { page: t('plan.title') })
  }, [language.value])
  const isWeek = view === 'week'
  const span = isWeek ? asSpan(first, addDays(first, WEEK - 1), locale.value) : asDayLong(day, locale.value)
  function turn(step) {
    isTurned.current = true
    const next = addDays(day, step * (isWeek ? WEEK : 1))
    setDay(next)
    say(isWeek ? asSpan(mondayOf(next), addDays(mondayOf(next), WEEK - 1), locale.value) : asDayLong(next, locale.value))
  }
  const today = () => setDay(localIn(serverInstant(), plan?.zone ?? browserZone()).slice(0, 10))
  // With the page that it turns: a hand is quicker than what comes after a frame.
  useLayoutEffect(() => {
    // A choice of two is made with the arrows too: there they are left alone.
    const onKeyDown = (event) => {
      const step = STEPS[event.key]
      const isTaken = event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey
      if (!step || isTaken || event.target.closest('input, textarea, dialog')) return
      event.preventDefault()
      turn(step)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [day, view])
  const done = () => (setChange(null), reload())
  const isShown = plan?.from === first
  return html`
    <${Bar} title=${t('plan.title')} under=${plan && t(`plan.zone.${plan.zone_from}`, { zone: plan.zone.replaceAll('_', ' ') })} />
    <main id="main" class="plan">
      ${error && html`<${Problem} error=${error} onRetry=${reload} />`}
      ${plan && html`<${PlanNotices} notices=${plan.notices} onRead=${reload} />`}
      ${isShown && html`<${PlanConflicts} plan=${plan} />`}
      <div class="plan-bar" role="group" aria-label=${t('plan.turn')}>
        <button class="btn" aria-label=${t(isWeek ? 'plan.weekBefore' : 'plan.dayBefore')} onClick=${() => turn(-1)}><span aria-hidden="true">‹</span></button>
        <button class="btn" onClick=${today}>${t('plan.today')}</button>
        <button class="btn" aria-label=${t(isWeek ? 'plan.weekAfter' : 'plan.dayAfter')} onClick=${() => turn(1)}><span aria-hidden="true">›</span></button>
        <h2>${span}</h2>
        <fieldset class="seg plan-view">
          <legend class="unseen">${t('plan.view')}</legend>
          ${['week', 'day'].map(
            (one) => html`<label key=${one}>
              <input type="radio" name="view" checked=${view === one} onChange=${() => setView(one)} />
              <span>${t(`plan.view.${one}`)}</span>
            </label>`,
          )}
        </fieldset>
        <button class="btn plan-print" onClick=${() => print()}>${t('plan.print')}</button>
      </div>
      ${!isShown && !error && html`<p class="loading">${t('app.loading')}</p>`}
      ${isShown && html`<${Days} ...${{ plan, view, day, first }} onChange=${mayPlan ? setChange : null} />`}
      ${plan?.is_cut && html`<p class="notice warn">${t('plan.cut')}</p>`}
      <${CalendarAddresses} />
    </main>
    ${change && html`<${PlanDialog} ...${change} onDone=${done} onClose=${() => setChange(null)} />`}
  `
}

function Days({ plan, view, day, first, onChange }) {
  const isWeek = view === 'week'
  const now = localIn(serverNow(), plan.zone)
  const ways = onChange && !isWeek ? (meeting) => html`<${Ways} ...${{ meeting, onChange }} />` : undefined
  return html`<div class=${isWeek ? 'plan-week' : 'plan-one'}>
    ${(isWeek ? daysFrom(first, WEEK) : [day]).map(
      (one) => html`<${PlanDay} key=${one} day=${one} isWhole=${!isWeek} ...${{ plan, now, ways }} />`,
    )}
  </div>`
}

function Ways({ meeting, onChange }) {
  const kinds = { scheduled: ['move', 'cancel'], cancelled: ['reinstate'] }[meeting.status] ?? []
  if (kinds.length === 0) return null
  return html`<div class="plan-ways">
    ${kinds.map(
      (kind) => html`<button key=${kind} class="btn" aria-haspopup="dialog" onClick=${() => onChange({ kind, meeting })}>
        ${t(`planDialog.open.${kind}`)}
      </button>`,
    )}
  </div>`
}
