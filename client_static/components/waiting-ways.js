// What a room can do while a question is under way or over: the same student's next question in one tap, or take it back.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { isInHand, isOver, mayWithdraw } from '../core/our-questions.js'
import { t } from '../core/text.js'
import { TakeBack } from './take-back.js'

export function WaitingWays({ question, who, acts, isLive }) {
  const [isAsking, setAsking] = useState(false)
  const isNamed = question.student_id !== null
  if (isAsking) {
    return html`<${TakeBack}
      isInHand=${isInHand(question)}
      onTakeBack=${() => acts.tell('question.withdraw', question)}
      onKeep=${() => setAsking(false)}
    />`
  }
  const mayAskMore = isLive && isNamed && !isOver(question)
  if (!mayAskMore && !mayWithdraw(question)) return null
  return html`
    <div class="ways">
      ${mayAskMore &&
      html`<button class="btn big plain" onClick=${() => acts.askFor(question.student_id)}>${t('our.more', { who })}</button>`}
      ${mayWithdraw(question) &&
      html`<button class="btn big plain" aria-expanded="false" onClick=${() => setAsking(true)}>${t('our.takeBack')}</button>`}
    </div>
  `
}
