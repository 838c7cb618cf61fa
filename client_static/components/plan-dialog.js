// The coordinator's changes of the plan: a class is not held, is held at another time, or is held after all. Whoever is in
// it is told.
import { useState } from 'preact/hooks'

import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { t, why } from '../core/text.js'
import { asLocalInput, fromLocalInput, serverInstant } from '../core/time.js'
import { Dialog } from './dialog.js'
import { LocalTime } from './local-time.js'

const REASONS = ['weather', 'illness', 'no_teacher', 'holiday', 'technical', 'plan_changed', 'other']

export function PlanDialog({ kind, meeting, onDone, onClose }) {
  const [reason, setReason] = useState(null)
  const [starts, setStarts] = useState(() => asLocalInput(meeting.starts_at))
  const [faults, setFaults] = useState({})
  function failTime(time) {
    setFaults({ time })
    document.getElementById('plan-starts').focus()
  }
  async function submit(event) {
    event.preventDefault()
    const data = { version: meeting.version }
    if (kind === 'move') {
      const at = fromLocalInput(starts)
      if (at === null) return failTime(t('planDialog.needsTime'))
      if (starts === asLocalInput(meeting.starts_at)) return failTime(t('error.same_time'))
      if (at <= serverInstant()) return failTime(t('end.late'))
      Object.assign(data, { starts_at: at, ends_at: at + meeting.ends_at - meeting.starts_at })
    }
    if (!reason) return setFaults({ other: t('planDialog.needsReason') })
    try {
      await api.changePlan(meeting.id, kind, { ...data, reason })
      onDone()
    } catch (problem) {
      if (kind === 'move' && problem.field === 'starts_at') failTime(why(problem))
      else setFaults({ other: why(problem) })
    }
  }
  return html`
    <${Dialog} title=${t(`planDialog.${kind}`)} onClose=${onClose}>
      <p><b>${meeting.title}</b> <span class="mute">${meeting.section_title}</span></p>
      <form class="stack" onSubmit=${submit}>
        ${kind === 'move' &&
        html`<${LocalTime}
          id="plan-starts"
          label=${t('planDialog.starts')}
          text=${starts}
          fault=${faults.time}
          onText=${(text) => (setStarts(text), setFaults({}))}
        />`}
        <fieldset class="reasons">
          <legend class="small">${t('planDialog.reason')}</legend>
          ${REASONS.map(
            (one) => html`<label key=${one} class="check">
              <input type="radio" name="reason" checked=${reason === one} onChange=${() => (setReason(one), setFaults({}))} />
              <span>${t(`planReason.${one}`)}</span>
            </label>`,
          )}
        </fieldset>
        <p class="fault" role="alert">${faults.other}</p>
        <p class="small mute">${t('planDialog.told')}</p>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class=${`btn big ${kind === 'cancel' ? 'danger' : 'primary'}`}>${t(`planDialog.${kind}`)}</button>
        </div>
      </form>
    <//>
  `
}
