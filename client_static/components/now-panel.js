// What the teacher is dealing with, in the largest type on the page: the question they claimed, with the ways to answer,
// or else the one they have selected.
import { Fragment } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { lastAnswer } from '../core/questions.js'
import { locale, t } from '../core/text.js'
import { asClockWithSeconds } from '../core/time.js'
import { CommandNote } from './command-note.js'
import { Pill } from './pill.js'

const FORMS = ['spoken_to_all', 'spoken_to_site', 'written']
const LONG_TEXT = 240

export function NowPanel({ claimed, question, names, drafts, handsOver, acts, entryOn, hasKeys, commands }) {
  const isMine = claimed.includes(question)
  const entry = question && entryOn(question.question_id)
  const title = useRef(null)
  // The button that was pressed has gone with its row or form: the focus comes here instead of nowhere.
  useLayoutEffect(() => {
    if (handsOver.current && document.activeElement === document.body) title.current.focus()
    handsOver.current = false
  }, [question?.question_id, isMine])
  return html`
    <section class="now" aria-labelledby="now-title">
      <h2 id="now-title" ref=${title} tabindex="-1">${t(isMine ? 'now.answering' : 'now.next')}</h2>
      ${claimed.length > 1 && html`<${ClaimedTabs} ...${{ claimed, question, names, acts }} />`}
      <div class="panel">
        ${question
          ? html`<${Fragment} key=${question.question_id}>
              <${Asked} ...${{ question, names }} />
              ${isMine
                ? html`<${AnswerForm} ...${{ question, entry, drafts, acts, hasKeys, commands }} />`
                : html`<${ClaimWay} ...${{ question, entry, acts, hasKeys }} />`}
            <//>`
          : html`<p class="empty">${t('now.empty')}</p>`}
      </div>
    </section>
  `
}

const ClaimedTabs = ({ claimed, question, names, acts }) => html`
  <div class="claimed" role="group" aria-label=${t('now.claimed', { n: claimed.length })}>
    ${claimed.map(
      (one) => html`
        <button
          key=${one.question_id}
          class="btn"
          aria-pressed=${one === question}
          onClick=${() => acts.turnTo(one.question_id)}
        >
          ${names.site(one.site_id)} · ${names.initials(one.student_id)}
        </button>
      `,
    )}
  </div>
`

function Asked({ question, names }) {
  const [isRevealed, reveal] = useState(false)
  const asked = { time: asClockWithSeconds(question.asked_at, locale.value), who: names.person(question.relayed_by) }
  return html`
    <div class="asked">
      <span class="meta">
        <b>${names.site(question.site_id)}</b>
        <span>${isRevealed ? names.student(question.student_id) : names.initials(question.student_id)}</span>
        ${question.student_id &&
        html`<button class="link" aria-pressed=${isRevealed} onClick=${() => reveal(!isRevealed)}>
          ${t(isRevealed ? 'now.hideName' : 'now.showName')}
        </button>`}
        ${question.urgency === 'blocking' && html`<${Pill} tone="bad" mark="blocking">${t('board.blocking')}<//>`}
        ${question.stuck > 0 && html`<${Pill} tone="warn" mark="stuck">${t('board.stuck', { n: question.stuck })}<//>`}
      </span>
      <blockquote class=${question.text.length > LONG_TEXT ? 'is-long' : ''} dir="auto">${question.text}</blockquote>
      <span class="small mute">${t(question.verbatim ? 'now.askedVerbatim' : 'now.askedParaphrased', asked)}</span>
      ${question.stuck > 0 && html`<${Before} answer=${lastAnswer(question)} />`}
    </div>
  `
}

const Before = ({ answer }) =>
  answer &&
  html`
    <p class="before small">
      ${t('now.before', { how: t(`form.${answer.form}`) })} ${answer.text && html`<q dir="auto">${answer.text}</q>`}
    </p>
  `

const ClaimWay = ({ question, acts, hasKeys, entry }) => html`
  <div>
    <button
      class="btn primary big"
      aria-disabled=${Boolean(entry && entry.state !== 'refused')}
      onClick=${() => acts.claim(question.question_id)}
    >
      ${t('board.claim')}${hasKeys && html`<kbd aria-hidden="true">c</kbd>`}
    </button>
  </div>
`

function AnswerForm({ question, drafts, acts, entry, hasKeys, commands }) {
  const id = question.question_id
  const draft = drafts.value[id] ?? { form: 'spoken_to_all', text: '' }
  const [fault, setFault] = useState(null)
  const area = useRef(null)
  const write = (changes) => (drafts.value = { ...drafts.value, [id]: { ...draft, ...changes } })

  function submit(event) {
    event?.preventDefault()
    const found = acts.answer(id)
    setFault(found)
    if (found) area.current?.focus()
  }
  const keyed = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
    if (event.key === 'Escape') document.getElementById('answered')?.focus()
  }
  if (entry && entry.state !== 'sent') {
    return html`<${CommandNote} entry=${entry} commands=${commands} onEdit=${() => commands.take(entry.command_id)} />`
  }
  return html`
    <form class="answer" onSubmit=${submit}>
      <fieldset class="seg">
        <legend class="unseen">${t('answer.how')}</legend>
        ${FORMS.map(
          (form) => html`<label key=${form}>
            <input type="radio" name=${`form-${id}`} checked=${draft.form === form} onChange=${() => write({ form })} />
            <span>${t(`form.${form}`)}</span>
          </label>`,
        )}
      </fieldset>
      <label class="field">
        <span class="small">${t(draft.form === 'written' ? 'answer.written' : 'answer.line')}</span>
        <textarea
          ref=${area}
          rows="3"
          dir="auto"
          value=${draft.text}
          aria-invalid=${fault ? 'true' : undefined}
          aria-describedby=${fault ? 'answer-fault' : undefined}
          onInput=${(event) => write({ text: event.target.value })}
          onKeyDown=${keyed}
        ></textarea>
      </label>
      <p id="answer-fault" class="fault" role="alert">${fault && t(fault)}</p>
      <div>
        <button id="answered" class="btn primary big">
          ${t('answer.submit')}${hasKeys && html`<kbd aria-hidden="true">a</kbd>`}
        </button>
      </div>
    </form>
  `
}
