// Ending a class is for everybody and for good: every open question is named here with what becomes of it. Nothing dies
// with the class: what nobody decides on is put off, to be answered in writing.
import { useState } from 'preact/hooks'

import { dueOf } from '../core/board.js'
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { fromLocalInput, serverInstant } from '../core/time.js'
import { Dialog } from './dialog.js'
import { Leftover } from './leftover.js'

/** What the teacher decided on one question as a command, or null where it is left. */
function commandOf(question, choice) {
  const id = question.question_id
  if (choice?.what === 'later') return { name: 'question.defer', id, data: { due_at: fromLocalInput(choice.text) } }
  if (choice?.what === 'decline') return { name: 'question.decline', id, data: { reason: choice.reason } }
  return null
}

/** As the board counts them. */
function countsOf(open) {
  const inHand = open.filter(({ status }) => status === 'claimed' || status === 'answering').length
  const askedBack = open.filter(({ status }) => status === 'asked_back').length
  return { waiting: open.length - inHand - askedBack, inHand, askedBack }
}

export function EndDialog({ meeting, rooms, open, groups, onWayBack, names, onEnd, onClose }) {
  const [choices, setChoices] = useState({})
  const roomOf = (question) => rooms.find((room) => room.site_id === question.site_id)
  const counts = countsOf(open)
  const late = open.filter(({ question_id: id }) => choices[id]?.what === 'later' && !(fromLocalInput(choices[id].text) > serverInstant()))
  function submit() {
    if (late.length) return document.getElementById(`due-${late[0].question_id}`)?.focus()
    onEnd(open.map((question) => commandOf(question, choices[question.question_id])).filter(Boolean))
  }
  return html`
    <${Dialog} title=${t('end.title', { n: rooms.length })} onClose=${onClose}>
      <p>${t('end.final')}</p>
      ${onWayBack > 0 && html`<p>${t('end.onWayBack', { n: onWayBack })}</p>`}
      ${open.length > 0 &&
      html`<h3 id="end-open">${t('end.open', { n: open.length })}</h3>
        ${counts.waiting < open.length && html`<p>${t('end.counts', counts)}</p>`}
        <p class="small mute">${t('end.openDo')}</p>
        <ul class="leftovers" role="list" aria-labelledby="end-open">
          ${open.map((question) => {
            const id = question.question_id
            return html`<${Leftover}
              key=${id}
              ...${{ question, names }}
              followers=${(groups.get(id) ?? []).length}
              due=${dueOf(roomOf(question), meeting, serverInstant())}
              choice=${choices[id]}
              isLate=${late.includes(question)}
              onChoose=${(choice) => setChoices((held) => ({ ...held, [id]: choice }))}
            />`
          })}
        </ul>`}
      <div class="dialog-ways">
        <button class="btn big" autofocus onClick=${onClose}>${t('end.keep')}</button>
        <button class="btn big danger" onClick=${submit}>${t('end.submit')}</button>
      </div>
    <//>
  `
}
