// What a room does instead of the class, as the teacher writes it: how, and a word on it.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { faultIn } from './ask-form.js'

const KINDS = ['recording', 'site_led', 'make_up_session', 'written_work', 'other']
const MOST = 500
export const EMPTY_PLAN = { kind: 'recording', note: '' }

/** What is missing in the plan, in words, or null. Only where it is neither of the usual ways it has to be said. */
export function faultInPlan({ kind, note }) {
  if (!note.trim()) return kind === 'other' ? t('catchUp.needsNote') : null
  return faultIn(note, { most: MOST })
}

/** The plan as the commands take it. */
export const planData = ({ kind, note }) => ({ kind, ...(note.trim() ? { note: note.trim() } : {}) })

/** `of`: tells these fields from others on the page; `describedBy`: the id of what says which room they are for. */
export function CatchUpFields({ of, plan, fault, describedBy, onChange }) {
  return html`
    <label class="field">
      <span class="small">${t('catchUp.how')}</span>
      <select aria-describedby=${describedBy} value=${plan.kind} onChange=${(event) => onChange({ ...plan, kind: event.target.value })}>
        ${KINDS.map((kind) => html`<option key=${kind} value=${kind}>${t(`catchUp.kind.${kind}`)}</option>`)}
      </select>
    </label>
    <label class="field">
      <span class="small">${t('catchUp.note')}</span>
      <textarea
        id=${`catch-up-${of}`}
        autocomplete="off"
        rows="2"
        dir="auto"
        value=${plan.note}
        aria-invalid=${fault ? 'true' : undefined}
        aria-describedby=${`catch-up-fault-${of}`}
        onInput=${(event) => onChange({ ...plan, note: event.target.value })}
      ></textarea>
      <span id=${`catch-up-fault-${of}`} class="fault small" role="alert">${fault}</span>
    </label>
  `
}
