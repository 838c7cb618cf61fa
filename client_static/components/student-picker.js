// Who asks: all of the room's students as chips that never change places, so that each is one tap away. A long roster
// scrolls in its own frame and can be searched. Nobody is chosen beforehand: a hurried tap on Send must not file one
// student's question as another's, or as the room's.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'

/** From here on, looking for a name is quicker than reading them. */
const MANY = 26

/** `chosen`: a student id, null for the room, undefined for nobody yet. `onChoose(id, isTapped)`. */
export function StudentPicker({ students, chosen, fault, onChoose }) {
  const [sought, setSought] = useState('')
  const shown = students.length > MANY ? matching(students, sought) : students
  const choose = (id, isTapped) => {
    onChoose(id, isTapped)
    if (isTapped) setSought('')
  }
  /** Enter takes the one that was found; it never sends. */
  function found(event) {
    if (event.key !== 'Enter') return
    event.preventDefault()
    if (shown.length === 1) choose(shown[0].student_id, true)
  }
  return html`
    <fieldset class="who" aria-describedby="who-fault">
      <legend>${t('ask.who')}</legend>
      <p id="who-fault" class="fault" role="alert">${fault}</p>
      ${students.length > MANY &&
      html`<label class="field who-search">
        <span class="unseen">${t('ask.search')}</span>
        <input
          type="search"
          autocomplete="off"
          placeholder=${t('ask.search')}
          value=${sought}
          onInput=${(event) => setSought(event.target.value)}
          onKeyDown=${found}
        />
      </label>`}
      <div class="chips">
        <${Chip} id=${null} name=${t('name.room')} ...${{ chosen, choose }} />
        ${shown.map(({ student_id: id, name }) => html`<${Chip} key=${id} ...${{ id, name, chosen, choose }} />`)}
      </div>
      ${shown.length === 0 && sought && html`<p class="small mute" role="status">${t('ask.nobody', { sought })}</p>`}
    </fieldset>
  `
}

/** A click that a pointer made has a count; one that a key made has none. */
const Chip = ({ id, name, chosen, choose }) => html`
  <label class="chip">
    <input
      type="radio"
      name="asker"
      checked=${chosen === id}
      onChange=${() => choose(id, false)}
      onClick=${(event) => event.detail > 0 && choose(id, true)}
    />
    <span>${name}</span>
  </label>
`

const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/** Found by any part of the name, accents aside: nobody types them in a hurry. */
export const matching = (students, sought) =>
  students.filter((student) => plain(student.name).includes(plain(sought.trim())))
