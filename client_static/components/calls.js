// Students who were called on: whether an adult there has them ready. In sight until the teacher ends the call.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { KeyHint } from './key-hint.js'
import { Pill } from './pill.js'
import { Wait } from './wait.js'

const STATES = {
  called: { tone: 'info', mark: 'wait' },
  ready: { tone: 'ok', mark: 'ok' },
  not_here: { tone: 'warn', mark: 'warn' },
}

export const openCalls = (calls) =>
  calls.filter((call) => call.status !== 'ended').sort((a, b) => a.called_at - b.called_at || (a.call_id < b.call_id ? -1 : 1))

export function Calls({ calls, names, isLive, onCall, onEnd }) {
  const open = openCalls(calls)
  const button = isLive && html`<button class="btn" onClick=${onCall}>${t('calls.do')}<${KeyHint} of="s" /></button>`
  if (open.length === 0) return button
  return html`
    <section class="calls" aria-labelledby="calls-title">
      <h2 id="calls-title">${t('calls.list')}</h2>
      <ul class="deliver" role="list" aria-labelledby="calls-title">
        ${open.map(
          (call) => html`<li key=${call.call_id}>
            <span class="deliver-who"><b>${names.site(call.site_id)}</b> · ${names.initials(call.student_id)}</span>
            <${Pill} ...${STATES[call.status]}>${t(`calls.${call.status}`)}<//>
            <span class="deliver-text small mute"><${Wait} since=${call.called_at} /></span>
            <button class="btn slim" onClick=${() => onEnd(call.call_id)}>${t('calls.end')}</button>
          </li>`,
        )}
      </ul>
      ${button}
    </section>
  `
}
