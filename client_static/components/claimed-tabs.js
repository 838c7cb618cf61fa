// The questions that the teacher has in hand, to turn from one to another: by whose it is and how it begins, as two of one
// room are told apart by nothing else.
import { firstWords } from '../core/board.js'
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { KeyHint } from './key-hint.js'

export const ClaimedTabs = ({ mine, question, names, onTurn }) => html`
  <div class="claimed" role="group" aria-label=${t('now.claimed', { n: mine.length })}>
    ${mine.map(
      (one) => html`
        <button
          key=${one.question_id}
          class="btn"
          aria-pressed=${one === question}
          onClick=${() => onTurn(one.question_id)}
        >
          <span class="claimed-who">${names.site(one.site_id)} · <span class="whole">${names.initials(one.student_id)}</span></span>
          <span class="claimed-words small" dir="auto">${firstWords(one.text)}</span>
        </button>
      `,
    )}
  </div>
`

/** On the heading's line: no line of its own among the questions. */
export const ClaimedKeys = () => html`<span class="claimed-keys small mute" aria-hidden="true"><${KeyHint} of="h" /><${KeyHint} of="l" /></span>`
