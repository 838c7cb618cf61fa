// The teacher asks a room to repeat a question exactly: its words stand in the form already, to be put right and sent.
import { useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { MAX_TEXT, WordingChoice } from './ask-choices.js'
import { WaitingWays } from './waiting-ways.js'
import { WordsForm } from './words-form.js'

export function RestateForm({ question, who, acts, again }) {
  const written = again?.name === 'question.restate' ? again.data : { text: question.text, verbatim: true }
  const [verbatim, setVerbatim] = useState(written.verbatim)
  return html`
    <${WordsForm}
      label=${t('restate.words', { who })}
      text=${written.text}
      most=${MAX_TEXT}
      needs=${t('ask.empty')}
      send=${t('restate.send')}
      onSend=${(text) => acts.tell('question.restate', question, { text, verbatim })}
    >
      <${WordingChoice} ...${{ verbatim }} name=${`wording-${question.question_id}`} onChoose=${setVerbatim} />
    <//>
    <${WaitingWays} ...${{ question, who, acts }} />
  `
}
