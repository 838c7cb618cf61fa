// Answers on their way back to the students who asked: each stays in sight until it is settled. One answer that settled
// several questions is one entry, with the delivery of each room in it.
import { html } from '../core/html.js'
import { lastAnswer } from '../core/questions.js'
import { locale, t } from '../core/text.js'
import { asDue, serverNow } from '../core/time.js'
import { returnsOf, returnState } from '../core/way-back.js'
import { Pill } from './pill.js'

const STATES = {
  answered: { tone: 'info', mark: 'wait' },
  delivered: { tone: 'info', mark: 'info' },
  confirmed: { tone: 'ok', mark: 'ok' },
  stuck: { tone: 'warn', mark: 'stuck' },
  cannot_find: { tone: 'warn', mark: 'warn' },
  not_found: { tone: 'quiet', mark: 'quiet' },
  declined: { tone: 'info', mark: 'wait' },
  acknowledged: { tone: 'quiet', mark: 'ok' },
}

export function WayBack({ questions, names }) {
  const returning = returnsOf(questions, serverNow())
  return html`
    <section class="way-back" aria-labelledby="way-back-title">
      <h2 id="way-back-title">${t('wayBack.title')}</h2>
      ${returning.length === 0
        ? html`<p class="empty small">${t('wayBack.empty')}</p>`
        : html`<ul class="deliver" role="list" aria-labelledby="way-back-title">
            ${returning.map((one) => html`<${Returning} key=${one.id} ...${{ members: one.members, names }} />`)}
          </ul>`}
    </section>
  `
}

function Returning({ members, names }) {
  const [first] = members
  const answer = lastAnswer(first)
  const how = first.declined ? t(`reason.${first.declined.reason}`) : answer && t(`form.${answer.form}`)
  return html`
    <li>
      ${members.length === 1
        ? html`<${Delivery} question=${first} names=${names} />`
        : html`<ul class="deliver-each" role="list" aria-label=${t('wayBack.rooms', { n: members.length })}>
            ${members.map((one) => html`<li key=${one.question_id}><${Delivery} question=${one} names=${names} /></li>`)}
          </ul>`}
      <span class="deliver-text small mute">${how} · <span dir="auto">${first.text}</span></span>
    </li>
  `
}

function Delivery({ question, names }) {
  const state = returnState(question)
  return html`
    <span class="deliver-who"><b>${names.site(question.site_id)}</b> · ${names.initials(question.student_id)}</span>
    <${Pill} ...${STATES[state]}>${t(`return.${state}`)}<//>
    ${state === 'cannot_find' &&
    html`<span class="small mute deliver-due">${t('wayBack.until', { due: asDue(question.due_at, undefined, locale.value) })}</span>`}
  `
}
