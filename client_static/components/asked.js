// A question as the teacher reads it: the words first, and everything about where they come from.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { lastAnswer } from '../core/questions.js'
import { locale, t } from '../core/text.js'
import { asClockWithSeconds, asDue } from '../core/time.js'
import { PrivateMark } from './private-mark.js'
import { Flags } from './question-row.js'

const LONG_TEXT = 240

export function Asked({ question, standing, names }) {
  const [isRevealed, reveal] = useState(false)
  const clock = (millis) => asClockWithSeconds(millis, locale.value)
  const site = names.site(question.site_id)
  const asked = { time: clock(question.asked_at), who: names.person(question.relayed_by) }
  return html`
    <div class="asked">
      <span class="meta">
        <b>${site}</b>
        <span>${isRevealed ? names.student(question.student_id) : names.initials(question.student_id)}</span>
        ${question.student_id &&
        html`<button class="link" aria-pressed=${isRevealed} onClick=${() => reveal(!isRevealed)}>
          ${t(isRevealed ? 'now.hideName' : 'now.showName')}
        </button>`}
        ${!question.shareable && html`<${PrivateMark} />`}
        <${Flags} question=${question} />
      </span>
      <blockquote class=${question.text.length > LONG_TEXT ? 'is-long' : ''} dir="auto">${question.text}</blockquote>
      <span class="small mute">
        ${t(question.verbatim ? 'now.askedVerbatim' : 'now.askedParaphrased', asked)}
        ${question.restated > 0 && html`${' '}· ${t('now.restated', { n: question.restated })}`}
      </span>
      ${standing === 'asked_back' &&
      html`<${Aside} words=${t('now.askedToRepeat', { site, time: clock(question.asked_back.at) })} text=${question.asked_back.note} />`}
      ${standing === 'deferred' && html`<${Aside} words=${t('now.due', { due: asDue(question.due_at, undefined, locale.value) })} />`}
      ${question.appeal && html`<${Aside} words=${t('now.appeal', { site })} text=${question.appeal.note} />`}
      ${question.stuck > 0 && html`<${Before} answer=${lastAnswer(question)} />`}
    </div>
  `
}

const Aside = ({ words, text }) => html`
  <p class="before small">${words} ${text && html`<q dir="auto">${text}</q>`}</p>
`

const Before = ({ answer }) =>
  answer && html`<${Aside} words=${t(answer.text ? 'now.before' : 'now.beforeAloud', { how: t(`form.${answer.form}`) })} text=${answer.text} />`
