// One waiting question on the teacher's board: how long, what, who asked and who passed it on, what it goes with.
import { useEffect, useRef } from 'preact/hooks'

import { html } from '../core/html.js'
import { isUnderWay } from '../core/teacher-acts.js'
import { t } from '../core/text.js'
import { commandWords } from './command-note.js'
import { KeyHint } from './key-hint.js'
import { memo } from './memo.js'
import { Mark, Pill } from './pill.js'
import { PrivateMark } from './private-mark.js'
import { Wait } from './wait.js'

/** `together`: the rooms that ask the same, in words, and `like`: where one like it waits; each '' where there is none. */
export const QuestionRow = memo(function QuestionRow({ question, names, isSelected, together, like, entry, acts, seen }) {
  const row = useRef(null)
  const { question_id: id, status, stuck } = question
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
        <${RowFacts} ...${{ question, names, together, like }} />
        ${entry && html`<${RowNote} entry=${entry} acts=${acts} />`}
      </div>
      <div class="q-ways">
        <button
          class=${`btn ${isSelected ? 'primary' : ''}`}
          aria-describedby=${textId}
          aria-disabled=${isUnderWay(entry)}
          onClick=${() => acts.claim(id)}
        >
          ${t('board.claim')}${isSelected && html`<${KeyHint} of="c" />`}
        </button>
        ${like &&
        html`<button
          class="btn"
          aria-describedby=${textId}
          aria-disabled=${isUnderWay(entry)}
          onClick=${() => acts.mergeAsSuggested(id)}
        >
          ${t('board.merge')}${isSelected && html`<${KeyHint} of="m" />`}
        </button>`}
      </div>
    </li>
  `
})

const RowFacts = ({ question, names, together, like }) => html`
  <span class="meta">
    <b>${names.site(question.site_id)}</b>
    <span>${names.initials(question.student_id)}</span>
    <${Flags} question=${question} />
    <span>${t(question.verbatim ? 'board.verbatim' : 'board.paraphrased', { who: names.person(question.relayed_by) })}</span>
    ${!question.shareable && html`<${PrivateMark} />`}
    ${together && html`<${Pill} tone="quiet" mark="together">${t('board.together', { sites: together })}<//>`}
    ${like && html`<${Pill} tone="info" mark="like">${t('board.like', { site: like })}<//>`}
  </span>
`

/** What sets a question apart, each with its mark and its word. */
export const Flags = ({ question }) => html`
  ${question.urgency === 'blocking' && html`<${Pill} tone="bad" mark="blocking">${t('board.blocking')}<//>`}
  ${question.stuck > 0 && html`<${Pill} tone="warn" mark="stuck">${t('board.stuck', { n: question.stuck })}<//>`}
  ${question.restated > 0 && html`<${Pill} tone="quiet" mark="restated">${t('board.restated')}<//>`}
  ${question.appeal && html`<${Pill} tone="warn" mark="warn">${t('board.appealed')}<//>`}
`

const RowNote = ({ entry, acts }) => html`
  <span class=${`row-note ${entry.state === 'refused' ? 'refused' : 'held'}`}>
    <span><${Mark} name=${entry.state === 'refused' ? 'bad' : 'held'} /> ${commandWords(entry, { where: 'computer' })}</span>
    ${entry.state === 'refused' &&
    html`<button class="btn" onClick=${() => acts.retry(entry)}>${t('command.retry')}</button>
      <button class="btn" onClick=${() => acts.drop(entry)}>${t('command.drop')}</button>`}
  </span>
`
