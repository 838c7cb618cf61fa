// Answers on their way back to the students who asked: each stays in sight until it is settled.
import { html } from '../core/html.js'
import { lastAnswer, returnState, wayBack } from '../core/questions.js'
import { t } from '../core/text.js'
import { serverNow } from '../core/time.js'
import { Pill } from './pill.js'

const STATES = {
  answered: { tone: 'info', mark: 'wait' },
  delivered: { tone: 'info', mark: 'info' },
  confirmed: { tone: 'ok', mark: 'ok' },
  stuck: { tone: 'warn', mark: 'stuck' },
}

export function WayBack({ questions, names }) {
  const returning = wayBack(questions, serverNow())
  return html`
    <section class="way-back" aria-labelledby="way-back-title">
      <h2 id="way-back-title">${t('wayBack.title')}</h2>
      ${returning.length === 0
        ? html`<p class="empty small">${t('wayBack.empty')}</p>`
        : html`<ul class="deliver" tabindex="0" role="list" aria-labelledby="way-back-title">
            ${returning.map((question) => html`<${Returning} key=${question.question_id} ...${{ question, names }} />`)}
          </ul>`}
    </section>
  `
}

function Returning({ question, names }) {
  const answer = lastAnswer(question)
  const state = returnState(answer)
  return html`
    <li>
      <span class="deliver-who"><b>${names.site(question.site_id)}</b> · ${names.initials(question.student_id)}</span>
      <${Pill} ...${STATES[state]}>${t(`return.${state}`)}<//>
      <span class="deliver-text small mute">${t(`form.${answer.form}`)} · <span dir="auto">${question.text}</span></span>
    </li>
  `
}
