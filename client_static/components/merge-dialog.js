// Which waiting question asks the same: one of the two leads, and its answer settles both.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'
import { PickList } from './pick-list.js'

export function MergeDialog({ question, partners, names, onMerge, onClose }) {
  const options = partners.map(({ other }) => {
    const who = `${names.site(other.site_id)} · ${names.initials(other.student_id)}`
    return { id: other.question_id, words: other.text, detail: who, sought: `${other.text} ${who}` }
  })
  const pick = (id) => onMerge(partners.find(({ other }) => other.question_id === id))
  return html`
    <${Dialog} title=${t('merge.title')} onClose=${onClose}>
      <p><q dir="auto">${question.text}</q></p>
      ${options.length === 0
        ? html`<p class="empty">${t('merge.none')}</p>`
        : html`<${PickList} label=${t('merge.into')} options=${options} onPick=${pick} />`}
      <div class="dialog-ways"><button class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button></div>
    <//>
  `
}
