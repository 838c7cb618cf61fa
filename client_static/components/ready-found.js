// What was found of a room before class, in mark and word: short in a column, whole where there is something to do about it.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Mark } from './pill.js'

/** How a room stands, in colour and mark. */
export const READY = {
  unreported: { tone: 'quiet' },
  expired: { tone: 'warn', mark: 'later' },
  checking: { tone: 'info', mark: 'wait' },
  ready: { tone: 'ok' },
  degraded: { tone: 'warn' },
  down: { tone: 'bad' },
  closed: { tone: 'quiet', mark: 'bad' },
}

const DEVICES = { ok: 'ok', silent: 'warn', denied: 'bad', missing: 'bad', not_checked: 'quiet' }

/** `name`: microphone or camera; `isWhole`: with what to do about it. */
export const DeviceResult = ({ name, result, isWhole }) => html`<span class=${`found ${DEVICES[result]}`}>
  <${Mark} name=${DEVICES[result]} /> ${t(`ready.${name}`)}${' '}<b>${t(`ready.device.${result}`)}</b>
  ${isWhole && result !== 'ok' && html`<span class="found-do">${t(`ready.do.${result}`)}</span>`}
</span>`

/** How good the link was found, in words. */
export const linkWords = (millis, loss) =>
  millis === null ? t('ready.linkDead') : t(loss > 0 ? 'ready.linkLossy' : 'ready.linkIn', { millis, loss })

/** `found`: `{round_trip_ms, loss_percent}`. */
export function LinkResult({ found, isWhole }) {
  const { round_trip_ms: millis, loss_percent: loss } = found
  const state = millis === null ? 'bad' : loss > 0 || millis >= 800 ? 'warn' : 'ok'
  return html`<span class=${`found ${state}`}>
    <${Mark} name=${state} /> ${t('ready.link')}${' '}<b>${linkWords(millis, loss)}</b>
    ${isWhole && state !== 'ok' && html`<span class="found-do">${t('ready.do.link')}</span>`}
  </span>`
}
