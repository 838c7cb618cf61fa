// The class once more: a slider through its events, what the rooms and the questions were at that moment, and the timeline
// that it runs along.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { valuesOf } from '../core/record.js'
import { createReplay, firstStep } from '../core/replay.js'
import { asNumber, locale, t } from '../core/text.js'
import { asClockWithSeconds, asWait } from '../core/time.js'
import { QuestionState, Text } from './report-tables.js'

export function Replay({ steps, names }) {
  const first = firstStep(steps)
  const replay = useMemo(() => createReplay(steps), [steps])
  const [position, setPosition] = useState(steps.length)
  const [siteId, setSite] = useState('')
  if (steps.length === 0) return null
  const low = Math.min(first, steps.length)
  const at = Math.max(low, Math.min(position, steps.length))
  const step = steps[at - 1]
  const record = replay.at(at)
  return html`
    <h2>${t('replay.title')}</h2>
    <div class="replay-head">
      <button class="btn" disabled=${at <= low} onClick=${() => setPosition(at - 1)} aria-label=${t('replay.back')}>‹</button>
      <label class="replay-slider">
        <span class="unseen">${t('replay.slider')}</span>
        <input
          type="range"
          min=${low}
          max=${steps.length}
          value=${at}
          aria-valuetext=${`${clock(step)}: ${lineOf(step, names)}`}
          onInput=${(event) => setPosition(Number(event.target.value))}
        />
      </label>
      <button class="btn" disabled=${at >= steps.length} onClick=${() => setPosition(at + 1)} aria-label=${t('replay.on')}>›</button>
      <p class="replay-now"><b>${clock(step)}</b> ${lineOf(step, names)}</p>
    </div>
    <div class="replay">
      <${Moment} record=${record} now=${step.at} names=${names} />
      <${Timeline} ...${{ steps, names, at, low, siteId, setSite }} onPick=${setPosition} />
    </div>
  `
}

const clock = (step) => asClockWithSeconds(step.at, locale.value)

/** One event in words, with its room where it has one. */
function lineOf({ name, by, site_id: site }, names) {
  const [subject, verb] = name.split('.')
  const line = t(`timeline.${subject}.${verb}`, { who: by === null ? t('app.name') : names.person(by) })
  return site ? `${names.site(site)}: ${line}` : line
}

function Moment({ record, now, names }) {
  const rooms = valuesOf(record, 'room').sort((a, b) => names.site(a.site_id).localeCompare(names.site(b.site_id)))
  const questions = valuesOf(record, 'question').sort((a, b) => b.received_at - a.received_at)
  return html`
    <section class="moment" aria-label=${t('replay.moment')}>
      <div class="sheet">
        <table>
          <thead>
            <tr>
              <th scope="col">${t('report.room')}</th>
              ${['waiting', 'longest', 'onWayBack'].map((name) => html`<th key=${name} scope="col" class="figure">${t(`replay.${name}`)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rooms.map(
              (room) => html`<tr key=${room.site_id}>
                <th scope="row">${names.site(room.site_id)}</th>
                <td class="figure">${asNumber(room.waiting)}</td>
                <td class="figure">${room.waiting_since === null ? '–' : asWait(now - room.waiting_since)}</td>
                <td class="figure">${asNumber(room.on_way_back)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${questions.length === 0 && html`<p class="empty">${t('replay.noQuestions')}</p>`}
      <ul class="moment-questions" role="list">
        ${questions.map(
          (question) => html`<li key=${question.question_id}>
            <span><b>${names.site(question.site_id)}</b> · <${Text} question=${question} /></span>
            <${QuestionState} status=${question.status} />
          </li>`,
        )}
      </ul>
    </section>
  `
}

function Timeline({ steps, names, at, low, siteId, setSite, onPick }) {
  const list = useRef(null)
  const sites = useMemo(() => [...new Set(steps.map((step) => step.site_id).filter(Boolean))], [steps])
  // What the slider stands at stays in sight of its own list, and the page stays where it is.
  useEffect(() => {
    const current = list.current?.querySelector('[aria-current]')
    if (!current) return
    const { offsetTop: top, offsetHeight: height } = current
    const { scrollTop, clientHeight } = list.current
    if (top < scrollTop || top + height > scrollTop + clientHeight) list.current.scrollTop = top - clientHeight / 2
  }, [at, siteId])
  const shown = steps
    .map((step, index) => ({ step, place: index + 1 }))
    .filter(({ step, place }) => place >= low && (!siteId || step.site_id === null || step.site_id === siteId))
  return html`
    <section class="timeline" aria-labelledby="timeline-title">
      <div class="timeline-head">
        <h3 id="timeline-title">${t('timeline.title')}</h3>
        <label class="small">
          ${t('report.room')}
          <select value=${siteId} onChange=${(event) => setSite(event.target.value)}>
            <option value="">${t('report.allRooms')}</option>
            ${sites
              .map((id) => [id, names.site(id)])
              .sort((a, b) => a[1].localeCompare(b[1]))
              .map(([id, name]) => html`<option key=${id} value=${id}>${name}</option>`)}
          </select>
        </label>
      </div>
      <ol ref=${list} class="timeline-list" role="list">
        ${shown.map(
          ({ step, place }) => html`<li key=${step.seq}>
            <button aria-current=${place === at ? 'step' : undefined} onClick=${() => onPick(place)}>
              <span class="figure mute">${clock(step)}</span> <span>${lineOf(step, names)}</span>
            </button>
          </li>`,
        )}
      </ol>
    </section>
  `
}
