// This room's catch-up plan: what is to be done, by when, and the one thing to say once it is: for how many minutes it was led.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { PlanState } from './catch-ups.js'
import { CommandNote } from './command-note.js'

const MOST_MINUTES = 600

/** The room's plans that are not its next task: of a class that goes on, and what became of the others. */
export const OurPlans = ({ plans, about }) =>
  plans.length > 0 &&
  html`<ul class="ours" role="list">${plans.map((plan) => html`<${CatchUpCard} key=${plan.plan_id} ...${about.plan(plan)} />`)}</ul>`

/** `entry`: the unsettled command on it; `minutes`: how long the class itself was planned. */
export function CatchUpCard({ plan, entry, commands, minutes, onCarryOut }) {
  return html`
    <li class="our catch-up">
      <p><b>${t('catchUp.title')}</b>: ${t(`catchUp.kind.${plan.kind}`)} <${PlanState} plan=${plan} /></p>
      ${plan.note && html`<p class="said" dir="auto">${plan.note}</p>`}
      ${entry
        ? html`<${CommandNote} ...${{ entry, commands }} onDrop=${() => commands.take(entry.command_id)} />`
        : plan.status === 'open' && html`<${CarryOut} ...${{ plan, minutes, onCarryOut }} />`}
    </li>
  `
}

function CarryOut({ plan, minutes, onCarryOut }) {
  const [led, setLed] = useState(String(minutes))
  const [isFaulty, setFaulty] = useState(false)
  function submit(event) {
    event.preventDefault()
    const n = Number(led)
    if (!(Number.isInteger(n) && n >= 1 && n <= MOST_MINUTES)) return setFaulty(true)
    onCarryOut(plan, n)
  }
  const id = `led-${plan.plan_id}`
  return html`
    <form class="words-form" onSubmit=${submit} novalidate>
      <label class="field">
        <span>${t('catchUp.led')}</span>
        <input id=${id} type="number" inputmode="numeric" autocomplete="off" min="1" max=${MOST_MINUTES} value=${led} aria-invalid=${isFaulty ? 'true' : undefined} aria-describedby=${`${id}-fault`} onInput=${(event) => (setFaulty(false), setLed(event.target.value))} />
      </label>
      <p id=${`${id}-fault`} class="fault" role="alert">${isFaulty && t('catchUp.ledFault', { most: MOST_MINUTES })}</p>
      <div class="words-ways"><button class="btn big primary">${t('catchUp.carryOut')}</button></div>
    </form>
  `
}
