// An answer to bring back: got it or still stuck in one tap; or it was brought and nobody knows yet; or they are not here.
import { html } from '../core/html.js'
import { t } from '../core/text.js'

export function AnswerWays({ question, who, acts }) {
  const give = (name) => () => acts.give(name, question)
  const isRoom = question.student_id === null
  const isMissed = question.status === 'cannot_find'
  const brought = html`<button class=${`btn big ${isMissed ? 'primary' : ''}`} onClick=${give('question.deliver')}>
    ${isRoom ? t('our.broughtRoom') : t('our.brought', { who })}
  </button>`
  return html`
    <div class="ways" role="group" aria-label=${t('our.ways', { who })}>
      ${isMissed && brought}
      <button class=${`btn big ${isMissed ? '' : 'primary'}`} onClick=${give('question.confirm')}>${t('our.gotIt')}</button>
      <button class="btn big" onClick=${give('question.still_stuck')}>${t('our.stillStuck')}</button>
      ${question.status === 'answered' && brought}
      ${!isMissed &&
      !isRoom &&
      html`<button class="btn big" onClick=${give('question.cannot_find')}>${t('our.notHere')}</button>`}
    </div>
  `
}
