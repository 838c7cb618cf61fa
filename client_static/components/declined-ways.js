// A question that the teacher will not answer: why, and what the room makes of it.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { LongText } from './long-text.js'
import { WordsForm } from './words-form.js'

const MAX_NOTE = 500

export const WhyDeclined = ({ declined }) => html`
  <div class="our-why">
    <p>${t(`declined.${declined.reason}`)}</p>
    ${declined.note && html`<blockquote><${LongText} text=${declined.note} /></blockquote>`}
  </div>
`

export function DeclinedWays({ question, acts, isLive, again }) {
  const written = again?.name === 'question.appeal' ? again.data.note : ''
  const [isWriting, setWriting] = useState(Boolean(written))
  const mayAppeal = isLive && question.appeal === null
  return html`
    <div class="ways">
      <button class="btn big primary" onClick=${() => acts.tell('question.acknowledge', question)}>
        ${t('declined.understood')}
      </button>
      ${mayAppeal &&
      html`<button class="btn big" aria-expanded=${isWriting} onClick=${() => setWriting(!isWriting)}>
        ${t('declined.appeal')}
      </button>`}
    </div>
    ${isWriting &&
    mayAppeal &&
    html`<${WordsForm}
      label=${t('appeal.words')}
      text=${written}
      most=${MAX_NOTE}
      needs=${t('appeal.needs')}
      send=${t('appeal.send')}
      onSend=${(note) => acts.tell('question.appeal', question, { note })}
    />`}
  `
}
