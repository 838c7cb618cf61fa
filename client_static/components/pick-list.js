// One of many, found by typing: a field and its list. Arrow keys move, Enter picks, and a click does both at once.
import { useId, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'

/** Accents aside: nobody types them in a hurry. */
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/** The options of which each typed word is found somewhere. */
export const matchingOptions = (options, typed) => {
  const words = plain(typed).split(/\s+/).filter(Boolean)
  return options.filter(({ sought }) => words.every((word) => plain(sought).includes(word)))
}

/** `options`: `{id, words, detail, sought}`, the likeliest first; `onPick(id)`. */
export function PickList({ label, options, onPick }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const shown = matchingOptions(options, typed)
  const active = Math.min(at, shown.length - 1)
  const optionId = (index) => `${listId}-${index}`

  function move(to) {
    const next = Math.min(Math.max(to, 0), shown.length - 1)
    setAt(next)
    document.getElementById(optionId(next))?.scrollIntoView({ block: 'nearest' })
  }
  const steps = { ArrowDown: () => move(active + 1), ArrowUp: () => move(active - 1) }
  function keyed(event) {
    if (event.isComposing) return
    if (event.key === 'Enter' && shown[active]) onPick(shown[active].id)
    else if (!steps[event.key]) return
    steps[event.key]?.()
    event.preventDefault()
  }
  return html`
    <div class="pick">
      <label class="field">
        <span class="small">${label}</span>
        <input
          type="text"
          role="combobox"
          autocomplete="off"
          autofocus
          aria-expanded="true"
          aria-controls=${listId}
          aria-activedescendant=${shown.length ? optionId(active) : undefined}
          value=${typed}
          onInput=${(event) => (setTyped(event.target.value), setAt(0))}
          onKeyDown=${keyed}
        />
      </label>
      <ul class="pick-list" id=${listId} role="listbox" aria-label=${label}>
        ${shown.map(
          ({ id, words, detail }, index) => html`<li
            key=${id}
            id=${optionId(index)}
            role="option"
            aria-selected=${index === active ? 'true' : 'false'}
            onClick=${() => onPick(id)}
          >
            <span dir="auto">${words}</span>${detail && html`<span class="small mute">${detail}</span>`}
          </li>`,
        )}
      </ul>
      ${shown.length === 0 && html`<p class="small mute">${t('pick.none')}</p>`}
    </div>
  `
}
