// One waiting question on the teacher's board.
import { memo } from './memo.js'
import { useEffect, useRef } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { commandWords } from './command-note.js'
import { Mark, Pill } from './pill.js'
import { Wait } from './wait.js'

export const QuestionRow = memo(function QuestionRow({ question, names, isSelected, hasKeys, entry, acts, seen }) {
  const row = useRef(null)
  const { question_id: id, status, stuck } = question
  const provenance = question.verbatim ? 'board.verbatim' : 'board.paraphrased'
  // Still stuck means waiting anew: that the teacher saw it before does not say that they see it now.
  useEffect(
    () => (status === 'queued' ? seen.watch(row.current, `${id} ${stuck}`) : undefined),
    [id, status, stuck],
  )
  const textId = `text-${id}`
  return html`
    <li ref=${row} class=${`q ${isSelected ? 'is-selected' : ''}`}>
      <span class="age">
        <${Wait} since=${question.waiting_since} /><small>${t(stuck ? 'board.stuckFor' : 'board.waiting')}</small>
      </span>
      <div class="q-body">
        <button
          class="q-open"
          id=${`open-${id}`}
          aria-current=${isSelected ? 'true' : undefined}
          onClick=${() => acts.select(id)}
        >
          <span id=${textId} dir="auto">${question.text}</span>
        </button>
        <span class="meta">
          <b>${names.site(question.site_id)}</b>
          <span>${names.initials(question.student_id)}</span>
          <span>${t(provenance, { who: names.person(question.relayed_by) })}</span>
          ${question.urgency === 'blocking' && html`<${Pill} tone="bad" mark="blocking">${t('board.blocking')}<//>`}
          ${stuck > 0 && html`<${Pill} tone="warn" mark="stuck">${t('board.stuck', { n: stuck })}<//>`}
        </span>
        ${entry && html`<${RowNote} entry=${entry} acts=${acts} />`}
      </div>
      <button
        class=${`btn ${isSelected ? 'primary' : ''}`}
        aria-describedby=${textId}
        aria-disabled=${isUnderWay(entry)}
        onClick=${() => acts.claim(id)}
      >
        ${t('board.claim')}${isSelected && hasKeys && html`<kbd aria-hidden="true">c</kbd>`}
      </button>
    </li>
  `
})

const RowNote = ({ entry, acts }) => html`
  <span class=${`row-note ${entry.state === 'refused' ? 'refused' : 'held'}`}>
    <span><${Mark} name=${entry.state === 'refused' ? 'bad' : 'held'} /> ${commandWords(entry, { where: 'computer' })}</span>
    ${entry.state === 'refused' &&
    html`<button class="btn" onClick=${() => acts.retry(entry)}>${t('command.retry')}</button>
      <button class="btn" onClick=${() => acts.drop(entry)}>${t('command.drop')}</button>`}
  </span>
`

const isUnderWay = (entry) => Boolean(entry && entry.state !== 'refused')
