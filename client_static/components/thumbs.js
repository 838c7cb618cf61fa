// At the bottom, where the thumb is: to what is to be done, to the form, and to what became of what was asked.
import { html } from '../core/html.js'
import { t } from '../core/text.js'

/** `form`: what stands where one asks: `ask`, or before class `ready`; null: nothing. */
export const Thumbs = ({ toDo, form }) => html`
  <nav class="thumbs" aria-label=${t('thumbs.title')}>
    ${toDo > 0 && html`<button onClick=${() => jumpTo('todo')}>${t('thumbs.todo', { n: toDo })}</button>`}
    ${form && html`<button onClick=${() => jumpTo('ask')}>${t(`thumbs.${form}`)}</button>`}
    <button onClick=${() => jumpTo('ours')}>${t('thumbs.ours')}</button>
  </nav>
`

/** To the heading with this id, for the eyes and for the focus. */
export function jumpTo(id) {
  const target = document.getElementById(id)
  target?.scrollIntoView({ block: 'start' })
  target?.focus({ preventScroll: true })
}
