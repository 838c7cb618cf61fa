// Who asks: the room's own students as chips, those who asked last first. A long roster shows a handful and opens to all
// of them with a search field.
import { useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'

const SHOWN_AT_ONCE = 12
const SHOWN_OF_MANY = 7

/** `chosen`: a student id, or null for the room. */
export function StudentPicker({ students, recent, chosen, onChoose }) {
  const [isOpen, setOpen] = useState(false)
  const [sought, setSought] = useState('')
  const search = useRef(null)
  const isMany = students.length > SHOWN_AT_ONCE
  const shown = isMany ? (isOpen ? matching(students, sought) : handful(students, recent, chosen)) : students

  function open() {
    setOpen(true)
    setSought('')
    requestAnimationFrame(() => search.current?.focus())
  }
  const choose = (id) => {
    onChoose(id)
    setOpen(false)
  }

  return html`
    <fieldset class="who">
      <legend>${t('ask.who')}</legend>
      ${isOpen &&
      html`<label class="field who-search">
        <span class="unseen">${t('ask.search')}</span>
        <input
          ref=${search}
          type="search"
          placeholder=${t('ask.search')}
          value=${sought}
          onInput=${(event) => setSought(event.target.value)}
          onKeyDown=${(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </label>`}
      <div class=${`chips ${isOpen ? 'is-open' : ''}`}>
        <${Chip} id=${null} name=${t('name.room')} ...${{ chosen, choose }} />
        ${shown.map(
          ({ student_id: id, name }) => html`<${Chip} key=${id} ...${{ id, name, chosen, choose }} />`,
        )}
        ${isMany &&
        html`<button
          type="button"
          class="btn big chip-more"
          aria-expanded=${isOpen}
          onClick=${isOpen ? () => setOpen(false) : open}
        >
          ${isOpen ? t('ask.fewer') : t('ask.all', { n: students.length })}
        </button>`}
      </div>
      ${isOpen && shown.length === 0 && html`<p class="small mute" role="status">${t('ask.nobody', { sought })}</p>`}
    </fieldset>
  `
}

const Chip = ({ id, name, chosen, choose }) => html`
  <label class="chip">
    <input
      type="radio"
      name="asker"
      checked=${chosen === id}
      onChange=${() => choose(id)}
      onClick=${() => chosen === id && choose(id)}
    />
    <span>${name}</span>
  </label>
`

function handful(students, recent, chosen) {
  const first = new Set([chosen, ...recent].filter(Boolean))
  const isFirst = (student) => first.has(student.student_id)
  return [...students.filter(isFirst), ...students.filter((student) => !isFirst(student))].slice(0, SHOWN_OF_MANY)
}

const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/** Found by any part of the name, accents aside: nobody types them in a hurry. */
export const matching = (students, sought) =>
  students.filter((student) => plain(student.name).includes(plain(sought.trim())))
