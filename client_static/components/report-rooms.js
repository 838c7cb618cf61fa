// Each room of a class by its own clock: which adult was in it from when to when, when it stood without one, and when its
// link was lost. A lost link makes minutes uncertain; what they were is for an adult to say.
import { lasted } from '../core/spans.js'
import { html } from '../core/html.js'
import { locale, t } from '../core/text.js'
import { asTimesAt, asWait } from '../core/time.js'
import { Pill } from './pill.js'

/** `from` and `to`: the class's own time; `to` null: it is still on, and `now` is how far it has come. */
export function ReportRooms({ report, names, from, to, now }) {
  const end = to ?? now
  const rows = report.timelines
    .map((one) => ({ ...one, name: names.site(one.site_id) }))
    .sort((a, b) => a.name.localeCompare(b.name))
  return html`
    <h2>${t('report.rooms')}</h2>
    <div class="sheet" tabindex="0" role="region" aria-label=${t('report.rooms')}>
      <table class="is-stacked is-rooms">
        <thead>
          <tr>
            ${['room', 'onDuty', 'uncovered', 'lost'].map((name) => html`<th key=${name} scope="col">${t(`report.${name}`)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) => html`<tr key=${row.site_id}>
              <th scope="row">${row.name}</th>
              <td data-label=${t('report.onDuty')}><${OnDuty} ...${{ row, names, end }} /></td>
              <td data-label=${t('report.uncovered')}><${Spans} spans=${row.uncovered} zone=${names.zone(row.site_id)} end=${end} none=${whyCovered(row, from)} /></td>
              <td data-label=${t('report.lost')}><${Spans} spans=${row.lost} zone=${names.zone(row.site_id)} end=${end} none=${wasHeard(row) ? 'report.notLost' : 'report.neverLinked'} /></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="small mute">${t('report.roomsNote')}</p>
  `
}

const whyCovered = (row, from) => (from === null ? 'report.notHeld' : row.is_in_class ? 'report.always' : 'report.notInClass')

/** Silence is not health: of a room that was never linked nothing can be said. */
const wasHeard = (row) => row.marks.some((mark) => mark.what.startsWith('link_'))

function OnDuty({ row, names, end }) {
  if (row.on_duty.length === 0) return html`<span class="mute">${t('duty.nobody')}</span>`
  return html`<ul role="list">
    ${row.on_duty.map(
      (one) => html`<li key=${`${one.person_id} ${one.from_at}`}>
        ${names.person(one.person_id)} <span class="mute">${asTimesAt(one.from_at, one.to_at ?? end, names.zone(row.site_id), locale.value)}</span>
      </li>`,
    )}
  </ul>`
}

/** The spans, and how long they were in all; `none`: the words where there is none. */
function Spans({ spans, zone, end, none }) {
  if (spans.length === 0) return html`<span class="mute">${t(none)}</span>`
  return html`
    <${Pill} tone="warn">${asWait(lasted(spans, end))}<//>
    <ul role="list">
      ${spans.map((one) => html`<li key=${one.from_at} class="small mute">${asTimesAt(one.from_at, one.to_at ?? end, zone, locale.value)}</li>`)}
    </ul>
  `
}
