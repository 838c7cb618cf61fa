// Calling on a student: the room, then who. An adult in that room asks them. Who asked the question in the panel comes
// first, so that Enter alone calls on them.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'
import { PickList } from './pick-list.js'

export function CallDialog({ rooms, names, question, room, onCall, onClose }) {
  const [siteId, setSite] = useState(question?.site_id ?? room ?? rooms[0]?.site_id)
  const [isRevealed, reveal] = useState(false)
  const asker = question?.site_id === siteId ? question.student_id : null
  const students = [...names.studentsAt(siteId)].sort((a, b) => (b.student_id === asker) - (a.student_id === asker))
  const options = students.map(({ student_id: id, name, initials }) => ({
    id,
    words: isRevealed ? name : initials,
    detail: id === asker ? t('calls.asker') : '',
    // Found by the name too: to type it shows it to nobody.
    sought: `${name} ${initials} ${initials.replace(/[^\p{L}]/gu, '')}`,
  }))
  const call = (id) => onCall(siteId, id, id === asker ? question.question_id : null)
  return html`
    <${Dialog} title=${t('calls.title')} onClose=${onClose}>
      <fieldset class="call-rooms">
        <legend class="small">${t('calls.room')}</legend>
        <div class="seg">
          ${rooms.map(
            ({ site_id: id }) => html`<label key=${id}>
              <input type="radio" name="call-room" checked=${id === siteId} onChange=${() => setSite(id)} />
              <span>${names.site(id)}</span>
            </label>`,
          )}
        </div>
      </fieldset>
      <${PickList} key=${siteId} label=${t('calls.who')} options=${options} onPick=${call} />
      <div class="dialog-ways">
        <button class="btn big" aria-pressed=${isRevealed} onClick=${() => reveal(!isRevealed)}>
          ${t(isRevealed ? 'calls.hideNames' : 'calls.showNames')}
        </button>
        <button class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
      </div>
    <//>
  `
}
