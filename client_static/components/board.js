// The questions that wait, in fair order, and under them what a colleague has in hand, what was refused, and the way back.
import { html } from '../core/html.js'
import { entryOn } from '../core/teacher-acts.js'
import { t } from '../core/text.js'
import { Deferred } from './deferred.js'
import { Pill } from './pill.js'
import { QuestionRow } from './question-row.js'
import { RefusedNotes } from './refused-notes.js'
import { UndoBar } from './undo-bar.js'

export function Board({ meeting, desk, acts, seen, undo }) {
  const { waiting, others, deferred } = desk.lanes.value
  const { status } = meeting.meeting.value
  const names = meeting.names.value
  const isOver = ['ended', 'reconciled'].includes(status)
  const empty = isOver && deferred.length > 0 ? 'owed' : status
  return html`
    <section class="board" aria-labelledby="board-title">
      <h2>
        <span id="board-title">${t('board.title')}</span>
        <${Pill} tone=${waiting.length ? 'info' : 'quiet'}>${t('board.count', { n: waiting.length })}<//>
        <span class="small mute">${t('board.order')}</span>
      </h2>
      <div class="board-body">
        ${waiting.length === 0 && html`<p class="empty">${t(`board.empty.${empty}`)}</p>`}
        ${isOver && html`<${Deferred} ...${{ desk, acts, names, questions: deferred }} />`}
        <${Waiting} ...${{ meeting, desk, acts, seen, names, waiting }} />
      </div>
      <div class="board-foot">
        ${others.map(
          (question) => html`<p key=${question.question_id} class="others small mute">
            ${t(question.status === 'answering' ? 'board.others' : 'board.othersClaimed', { who: names.person(question.claimed_by) })}
            ${' '}<span dir="auto">${question.text}</span>
          </p>`,
        )}
        <${RefusedNotes} ...${{ meeting, desk, acts, names }} />
        <${UndoBar} ...${{ undo, desk }} onUndo=${acts.undo} />
      </div>
    </section>
  `
}

function Waiting({ meeting, desk, acts, seen, names, waiting }) {
  const groups = desk.groups.value
  const suggestions = desk.suggestions.value
  const entries = meeting.live.commands.entries.value
  const sitesOf = (group) => group.map((one) => names.site(one.site_id)).join(', ')
  const other = ({ question, into }, id) => (question.question_id === id ? into : question)
  return html`
    <ol class="list" role="list" aria-labelledby="board-title">
      ${waiting.map((question) => {
        const id = question.question_id
        const found = suggestions.get(id)
        return html`<${QuestionRow}
          key=${id}
          ...${{ question, names, seen, acts }}
          isSelected=${desk.current.value === question}
          together=${groups.has(id) ? sitesOf(groups.get(id)) : ''}
          like=${found ? names.site(other(found, id).site_id) : ''}
          entry=${entryOn(entries, id)}
        />`
      })}
    </ol>
  `
}
