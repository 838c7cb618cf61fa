// Telling rooms something: the words, and to which rooms; all that are in the class unless the teacher takes some out.
import { useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { faultIn } from './ask-form.js'
import { Dialog } from './dialog.js'

const MOST = 500

export function AnnounceDialog({ rooms, names, room, onAnnounce, onClose }) {
  const every = rooms.map((one) => one.site_id)
  const inClass = rooms.filter((one) => one.is_in_class).map((one) => one.site_id)
  const [chosen, setChosen] = useState(new Set(room ? [room] : inClass))
  const [text, setText] = useState('')
  const [fault, setFault] = useState(null)
  const area = useRef(null)
  const isAll = chosen.size === every.length
  function toggle(id) {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setFault(null)
    setChosen(next)
  }
  function submit(event) {
    event.preventDefault()
    const found = faultIn(text, { most: MOST, needs: t('announce.needs') })
    if (found) area.current.focus()
    if (found) return setFault(found)
    if (chosen.size === 0) return setFault(t('announce.noRoom'))
    onAnnounce(text, every.filter((id) => chosen.has(id)))
  }
  const keyed = (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && submit(event)
  return html`
    <${Dialog} title=${t('announce.title')} onClose=${onClose}>
      <form class="stack" onSubmit=${submit}>
        <label class="field">
          <span>${t('announce.words')}</span>
          <textarea
            ref=${area}
            autocomplete="off"
            rows="3"
            dir="auto"
            autofocus
            value=${text}
            aria-describedby="announce-fault"
            onInput=${(event) => (setFault(null), setText(event.target.value))}
            onKeyDown=${keyed}
          ></textarea>
        </label>
        <fieldset class="announce-rooms">
          <legend>${t('announce.rooms')}</legend>
          <label class="check">
            <input type="checkbox" checked=${isAll} onChange=${() => setChosen(new Set(isAll ? [] : every))} />
            <span>${t('announce.all')}</span>
          </label>
          ${every.map(
            (id) => html`<label key=${id} class="check">
              <input type="checkbox" checked=${chosen.has(id)} onChange=${() => toggle(id)} />
              <span>${names.site(id)}</span>
            </label>`,
          )}
        </fieldset>
        <p id="announce-fault" class="fault" role="alert">${fault}</p>
        <div class="dialog-ways">
          <button type="button" class="btn big" onClick=${onClose}>${t('dialog.cancel')}</button>
          <button class="btn big primary">${t('announce.send')}</button>
        </div>
      </form>
    <//>
  `
}
