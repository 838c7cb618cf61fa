// The rooms that make up for the class on their own, and how far each has come: the teacher's list.
import { html } from '../core/html.js'
import { locale, t } from '../core/text.js'
import { asDue, serverNow } from '../core/time.js'
import { UnsentRows } from './command-note.js'
import { LongText } from './long-text.js'
import { Pill } from './pill.js'

/** While the class is live, what is settled goes out of sight; afterwards it all stands there. */
const SETTLED_IN_SIGHT_MS = 60_000
const isInSight = (plan) => plan.status === 'open' || serverNow() - plan.closed_at < SETTLED_IN_SIGHT_MS

export function CatchUps({ plans: all, isLive, names, acts, canPlan, commands }) {
  const plans = isLive ? all.filter(isInSight) : all
  const unsent = commands.entries.value.filter((one) => one.name.startsWith('catch_up.') && one.state !== 'sent')
  const placeOf = ({ data }) => (data.site_id ? names.site(data.site_id) : t('catchUp.title'))
  const button = canPlan && html`<button class="btn" onClick=${() => acts.openCatchUp()}>${t('catchUp.plan')}</button>`
  if (plans.length + unsent.length === 0) return button
  return html`
    <section class="catch-ups" aria-labelledby="catch-ups-title">
      <h2 id="catch-ups-title">${t('catchUp.title')}</h2>
      <ul class="deliver" role="list" aria-labelledby="catch-ups-title">
        <${UnsentRows} entries=${unsent} words=${placeOf} commands=${commands} />
        ${plans.map((plan) => html`<${Planned} key=${plan.plan_id} ...${{ plan, names, acts, canPlan }} />`)}
      </ul>
      ${button}
    </section>
  `
}

function Planned({ plan, names, acts, canPlan }) {
  const isOpen = plan.status === 'open'
  return html`<li>
    <span class="announced-text"><b>${names.site(plan.site_id)}</b> · ${t(`catchUp.kind.${plan.kind}`)}</span>
    <${PlanState} plan=${plan} />
    ${plan.note && html`<span class="announced-text"><${LongText} text=${plan.note} /></span>`}
    ${isOpen && canPlan && html`<button class="btn slim" onClick=${() => acts.openCatchUp(plan)}>${t('catchUp.change')}</button>`}
  </li>`
}

/** How far it has come, in a word. */
export function PlanState({ plan }) {
  if (plan.status === 'carried_out') return html`<${Pill} tone="ok">${t('catchUp.done', { n: plan.minutes })}<//>`
  if (plan.status === 'dropped') return html`<${Pill} tone="quiet">${t(`catchUp.dropped.${plan.drop_reason}`)}<//>`
  const isLate = plan.due_at <= serverNow()
  const due = asDue(plan.due_at, undefined, locale.value)
  return html`<${Pill} tone=${isLate ? 'bad' : 'warn'} mark=${isLate ? 'blocking' : 'later'}>${t(isLate ? 'debts.wasDue' : 'debts.due', { due })}<//>`
}
