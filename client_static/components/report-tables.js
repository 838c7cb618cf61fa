// A class in figures: the waits of each room, what is still owed, and each question from asking to "got it".
import { html } from '../core/html.js'
import { lastAnswer } from '../core/questions.js'
import { asNumber, locale, t } from '../core/text.js'
import { asClock, asDue, asWait } from '../core/time.js'
import { LongText } from './long-text.js'
import { PlanState } from './catch-ups.js'
import { Pill } from './pill.js'

const WAITS = ['seen', 'answered', 'confirmed']

/** Of a question's status, how it ended: its tone and mark. What is not listed is still under way. */
const STATES = {
  confirmed: { tone: 'ok' },
  answered: { tone: 'warn' },
  delivered: { tone: 'warn' },
  cannot_find: { tone: 'warn' },
  deferred: { tone: 'warn', mark: 'later' },
  declined: { tone: 'quiet', mark: 'bad' },
  withdrawn: { tone: 'quiet' },
  closed: { tone: 'quiet' },
}

export function ReportWaits({ report, names }) {
  const { overall, sites } = report.waits
  const rooms = new Map(report.rooms.map((room) => [room.site_id, room]))
  const asked = report.rooms.reduce((sum, room) => sum + room.asked, 0)
  const rows = sites
    .map((waits) => ({ id: waits.site_id, name: names.site(waits.site_id), asked: rooms.get(waits.site_id).asked, waits }))
    .sort((a, b) => a.name.localeCompare(b.name))
  return html`
    <h2>${t('report.waits')}</h2>
    <div class="sheet" tabindex="0" role="region" aria-label=${t('report.waits')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t('report.room')}</th>
            <th scope="col" class="figure">${t('report.asked')}</th>
            ${WAITS.map((name) => html`<th key=${name} scope="col" class="figure">${t(`report.to.${name}`)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => html`<${WaitsRow} key=${row.id} ...${row} />`)}
          ${rows.length > 1 && html`<${WaitsRow} name=${t('report.allRooms')} asked=${asked} waits=${overall} isSum=${true} />`}
        </tbody>
      </table>
    </div>
    <p class="small mute">${t('report.waitsNote')}</p>
  `
}

const WaitsRow = ({ name, asked, waits, isSum }) => html`
  <tr class=${isSum ? 'is-sum' : ''}>
    <th scope="row">${name}</th>
    <td class="figure">${asNumber(asked)}</td>
    ${WAITS.map((wait) => html`<td key=${wait} class="figure"><${Figure} wait=${waits[wait]} /></td>`)}
  </tr>
`

const Figure = ({ wait: { median, p90 } }) =>
  median === null
    ? html`<span class="mute">–</span>`
    : html`<b>${asWait(median)}</b> <span class="mute small">(${asWait(p90)})</span>`

export function ReportOwed({ report, names }) {
  const questions = new Map(report.questions.map((question) => [question.question_id, question]))
  const plans = new Map(report.catch_ups.map((plan) => [plan.plan_id, plan]))
  const told = new Map(report.announcements.map((one) => [one.announcement_id, one]))
  return html`
    <h2>${t('report.owed')}</h2>
    ${report.owed.length === 0 && html`<p class="empty">${t('report.nothingOwed')}</p>`}
    ${report.owed.length > 0 &&
    html`<ul class="meetings" role="list">
      ${report.owed.map(({ question_id: id, plan_id: planId, announcement_id: announcementId, site_id: siteId, what, due_at: due }) => {
        const question = questions.get(id)
        const plan = plans.get(planId)
        return html`<li key=${id ?? planId ?? `${announcementId} ${siteId}`}>
          <span>
            <b>${names.site(siteId)}</b> ·${' '}
            ${question ? html`<${Text} question=${question} />` : plan ? t(`catchUp.kind.${plan.kind}`) : told.get(announcementId).text}<br />
            <span class="small mute">${t(`debts.theirs.${what}`)}</span>
          </span>
          <${Pill} tone="warn" mark="later">${t('report.due', { due: asDue(due, undefined, locale.value) })}<//>
        </li>`
      })}
    </ul>`}
  `
}

/** How the rooms that missed the class made up for it, and whether they have. */
export function ReportCatchUps({ report: { catch_ups: plans }, names }) {
  if (plans.length === 0) return null
  return html`
    <h2>${t('catchUp.title')}</h2>
    <ul class="meetings" role="list">
      ${plans.map(
        (plan) => html`<li key=${plan.plan_id}>
          <span>
            <b>${names.site(plan.site_id)}</b> · ${t(`catchUp.kind.${plan.kind}`)}
            ${plan.note && html`<br /><span class="small mute" dir="auto">${plan.note}</span>`}
          </span>
          <${PlanState} plan=${plan} />
        </li>`,
      )}
    </ul>
  `
}

export function ReportQuestions({ report, names }) {
  const questions = [...report.questions].sort((a, b) => a.received_at - b.received_at)
  return html`
    <h2>${t('report.questions')}</h2>
    ${questions.length === 0 && html`<p class="empty">${t('report.noQuestions')}</p>`}
    ${questions.length > 0 &&
    html`<div class="sheet is-stacked" tabindex="0" role="region" aria-label=${t('report.questions')}>
      <table>
        <thead>
          <tr>
            ${['at', 'room', 'question', 'state', 'answered', 'confirmed'].map(
              (name) => html`<th key=${name} scope="col">${t(`report.col.${name}`)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${questions.map((question) => html`<${QuestionRow} key=${question.question_id} ...${{ question, names }} />`)}
        </tbody>
      </table>
    </div>`}
  `
}

function QuestionRow({ question, names }) {
  const first = question.answers?.[0]
  const confirmed = lastAnswer(question)?.confirmed_at
  const after = (at) => (at ? asWait(at - question.received_at) : '–')
  return html`
    <tr>
      <td class="figure">${asClock(question.received_at, locale.value)}</td>
      <td>${names.site(question.site_id)}${question.student_id !== undefined && html`<br /><span class="small mute">${names.initials(question.student_id)}</span>`}</td>
      <td><${Text} question=${question} /></td>
      <td><${QuestionState} status=${question.status} /></td>
      <td class="figure" data-label=${t('report.col.answered')}>${after(first?.at)}</td>
      <td class="figure" data-label=${t('report.col.confirmed')}>${after(confirmed)}</td>
    </tr>
  `
}

export const QuestionState = ({ status }) => html`<${Pill} ...${STATES[status] ?? { tone: 'info' }}>${t(`report.state.${status}`)}<//>`

export const Text = ({ question }) =>
  question.text === undefined
    ? html`<span class="mute">${t('watch.private')}</span>`
    : html`<${LongText} text=${question.text} />`
