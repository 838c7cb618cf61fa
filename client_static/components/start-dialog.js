// Starting without a room: which one is missing and why, and what it does instead. No room is left without a plan.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { locale, t } from '../core/text.js'
import { asNearDay, asTimes } from '../core/time.js'
import { CatchUpFields, EMPTY_PLAN, faultInPlan, planData } from './catch-up-fields.js'
import { Dialog } from './dialog.js'
import { Mark } from './pill.js'

/**
 * `missing`: `[{site_id, why}]`, as it is now: a room that comes meanwhile leaves the list. `early`: the meeting where its
 * time is not near, else null.
 */
export function StartDialog({ missing, early, names, onStart, onClose }) {
  const [isEach, setEach] = useState(false)
  const [plans, setPlans] = useState({})
  const [faults, setFaults] = useState({})
  const isOne = !isEach || missing.length < 2
  const planOf = (key) => plans[key] ?? EMPTY_PLAN
  const change = (key) => (plan) => (setFaults({}), setPlans((held) => ({ ...held, [key]: plan })))

  function submit(event) {
    event.preventDefault()
    const keys = isOne ? ['all'] : missing.map((one) => one.site_id)
    const found = missing.length ? Object.fromEntries(keys.map((key) => [key, faultInPlan(planOf(key))])) : {}
    const first = keys.find((key) => found[key])
    setFaults(found)
    if (first) return document.getElementById(`catch-up-${first}`)?.focus()
    onStart(missing.map(({ site_id }) => ({ site_id, ...planData(planOf(isOne ? 'all' : site_id)) })))
  }
  const fields = (key, describedBy) =>
    html`<${CatchUpFields} of=${key} plan=${planOf(key)} fault=${faults[key]} describedBy=${describedBy} onChange=${change(key)} />`
  return html`
    <${Dialog} title=${t(missing.length ? 'start.title' : 'start.allThere', { n: missing.length })} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        ${early && html`<p class="notice warn" tabindex="-1" autofocus><${Mark} name="warn" /> <span class="notice-text">${plannedFor(early)}</span></p>`}
        ${missing.length > 0 && html`<p>${t('start.needs')}</p>`}
        <ul class="missing" role="list" id="missing-rooms">
          ${missing.map(
            ({ site_id: id, why }) => html`<li key=${id}>
              <span id=${`missing-${id}`}><${Mark} name="warn" /> <b>${names.site(id)}</b>: ${t(`start.why.${why}`)}
              ${names.phone(id) && html`<span class="mute"> · ${t('start.ring', { phone: names.phone(id) })}</span>`}</span>
              ${!isOne && fields(id, `missing-${id}`)}
            </li>`,
          )}
        </ul>
        ${isOne && missing.length > 0 && fields('all', 'missing-rooms')}
        ${missing.length > 1 &&
        html`<label class="check">
          <input type="checkbox" checked=${isEach} onChange=${() => setEach(!isEach)} /><span>${t('start.each')}</span>
        </label>`}
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('start.wait')}</button>
          <button class="btn big primary">${t(missing.length ? 'start.without' : 'teacher.start')}</button>
        </div>
      </form>
    <//>
  `
}

const plannedFor = ({ starts_at: from, ends_at: to }) =>
  t('start.early', { day: asNearDay(from, locale.value), times: asTimes(from, to, locale.value) })
