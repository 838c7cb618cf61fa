// An answer to bring back: got it or still stuck in one tap; or it was brought and nobody knows yet; or they are not here.
import { html } from '../core/html.js'
import { t } from '../core/text.js'

export function AnswerWays({ question, who, acts }) {
  const give = (name) => () => acts.give(name, question)
  const isRoom = question.student_id === null
  return html`
    <div class="ways" role="group" aria-label=${t('our.ways', { who })}>
      <button class="btn big primary" onClick=${give('question.confirm')}>${t('our.gotIt')}</button>
      <button class="btn big" onClick=${give('question.still_stuck')}>${t('our.stillStuck')}</button>
      ${question.status !== 'delivered' &&
      html`<button class="btn big" onClick=${give('question.deliver')}>
        ${isRoom ? t('our.broughtRoom') : t('our.brought', { who })}
      </button>`}
      ${question.status !== 'cannot_find' &&
      !isRoom &&
      html`<button class="btn big" onClick=${give('question.cannot_find')}>${t('our.notHere')}</button>`}
    </div>
  `
}
