// A room's catch-up plan: made in mid-class or after it, changed, or dropped with a reason.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { asLocalInput, fromLocalInput, serverInstant } from '../core/time.js'
import { CatchUpFields, EMPTY_PLAN, faultInPlan, planData } from './catch-up-fields.js'
import { Dialog } from './dialog.js'

const REASONS = ['room_took_part', 'caught_up_elsewhere', 'no_students_there', 'planned_in_error']

/** `plan`: the one to change, or null for a new one; `siteIds`: the rooms that have none; `room`: the one in hand. */
export function CatchUpDialog({ plan, siteIds, names, acts, room, onClose }) {
  const [isDropping, setDropping] = useState(false)
  const done = (act) => (...given) => (onClose(), act(...given))
  if (isDropping) return html`<${Drop} ...${{ plan, names, onClose }} onDrop=${done((reason) => acts.dropCatchUp(plan.plan_id, reason))} />`
  const save = plan ? done((data) => acts.reviseCatchUp(plan.plan_id, data)) : done(acts.planCatchUp)
  return html`<${Plan} ...${{ plan, siteIds, names, room, onClose }} onSave=${save} onDrop=${() => setDropping(true)} />`
}

function Plan({ plan, siteIds, names, room, onSave, onDrop, onClose }) {
  const [written, setWritten] = useState(plan ? { kind: plan.kind, note: plan.note ?? '' } : EMPTY_PLAN)
  const [siteId, setSite] = useState(plan?.site_id ?? (siteIds.includes(room) ? room : siteIds[0]))
  const [due, setDue] = useState(plan?.due_at ?? null)
  const [faults, setFaults] = useState({})
  const change = (now) => (setFaults({}), setWritten(now))
  function submit(event) {
    event.preventDefault()
    const isChanged = due !== (plan?.due_at ?? null)
    const found = { note: faultInPlan(written), due: isChanged && !(due > serverInstant()) ? t('end.late') : null }
    setFaults(found)
    if (found.note) return document.getElementById('catch-up-plan')?.focus()
    if (found.due) return document.getElementById('catch-up-due')?.focus()
    onSave({ ...(plan ? {} : { site_id: siteId }), ...planData(written), ...(isChanged ? { due_at: due } : {}) })
  }
  const title = plan ? t('catchUp.changeOf', { site: names.site(plan.site_id) }) : t('catchUp.plan')
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        ${!plan &&
        html`<label class="field"><span class="small">${t('catchUp.room')}</span>
          <select value=${siteId} onChange=${(event) => setSite(event.target.value)}>
            ${siteIds.map((id) => html`<option key=${id} value=${id}>${names.site(id)}</option>`)}
          </select>
        </label>`}
        <${CatchUpFields} of="plan" plan=${written} fault=${faults.note} onChange=${change} />
        <label class="field">
          <span class="small">${t('catchUp.by')}</span>
          <input
            id="catch-up-due"
            type="datetime-local"
            value=${due === null ? '' : asLocalInput(due)}
            aria-invalid=${faults.due ? 'true' : undefined}
            aria-describedby="catch-up-due-note"
            onInput=${(event) => (setFaults({}), setDue(fromLocalInput(event.target.value)))}
          />
          <span id="catch-up-due-note" class=${faults.due ? 'fault small' : 'small mute'}>${faults.due ?? (plan ? '' : t('catchUp.byDefault'))}</span>
        </label>
        <div class="dialog-ways">
          ${plan && html`<button type="button" class="btn big" onClick=${onDrop}>${t('catchUp.drop')}</button>`}
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class="btn big primary">${t('catchUp.save')}</button>
        </div>
      </form>
    <//>
  `
}

function Drop({ plan, names, onDrop, onClose }) {
  const [reason, setReason] = useState(REASONS[0])
  const submit = (event) => (event.preventDefault(), onDrop(reason))
  return html`
    <${Dialog} title=${t('catchUp.dropOf', { site: names.site(plan.site_id) })} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        <fieldset class="reasons">
          <legend>${t('catchUp.dropWhy')}</legend>
          ${REASONS.map(
            (one) => html`<label key=${one} class="check">
              <input type="radio" name="drop-reason" checked=${reason === one} onChange=${() => setReason(one)} />
              <span>${t(`catchUp.reason.${one}`)}</span>
            </label>`,
          )}
        </fieldset>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class="btn big danger">${t('catchUp.dropIt')}</button>
        </div>
      </form>
    <//>
  `
}
