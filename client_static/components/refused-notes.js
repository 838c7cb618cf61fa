// What the server refused and no row shows any more: another teacher was quicker, or the question has gone. The truth, and
// a way to put it away.
import { html } from '../core/html.js'
import { t, why } from '../core/text.js'
import { Mark } from './pill.js'

export function RefusedNotes({ meeting, desk, acts, names }) {
  const shown = new Set(desk.lanes.value.waiting.map((question) => question.question_id))
  const current = desk.current.value?.question_id
  const notes = meeting.live.commands.entries.value.filter(({ state, name, data }) => {
    const isElsewhere = name.startsWith('question.') && (data.question_id === current || shown.has(data.question_id))
    return state === 'refused' && !name.startsWith('meeting.') && !isElsewhere
  })
  return notes.map((entry) => {
    const question = desk.view(entry.data.question_id)
    const holder = question?.claimed_by && ['claimed', 'answering'].includes(question.status) && question.claimed_by
    return html`<div key=${entry.command_id} class="command refused">
      <span>
        <${Mark} name="bad" />
        ${' '}${holder && entry.name === 'question.claim' ? t('refused.taken', { who: names.person(holder) }) : why(entry.error)}
        ${' '}${question && html`<q dir="auto">${question.text}</q>`}
      </span>
      <span class="command-ways">
        ${!holder && html`<button class="btn" onClick=${() => acts.retry(entry)}>${t('command.retry')}</button>`}
        <button class="btn" onClick=${() => acts.drop(entry)}>${t('refused.drop')}</button>
      </span>
    </div>`
  })
}
