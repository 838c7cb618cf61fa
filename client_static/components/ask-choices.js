// How a question is asked: word for word or not, who may read it, whether the student is stuck until it is answered. Each
// is a visible choice that one tap changes.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Mark } from './pill.js'

export const MAX_TEXT = 2_000

/** `draft`: what is asked so far; `onWrite(changes)`. */
export const AskChoices = ({ draft, onWrite }) => html`
  <div class="ask-kinds">
    <${Choice}
      name="readers"
      legend=${t('ask.readers')}
      value=${draft.shareable}
      options=${[
        [true, t('ask.shareable')],
        [false, t('ask.private')],
      ]}
      onChoose=${(shareable) => onWrite({ shareable })}
    />
    <${WordingChoice} name="wording" verbatim=${draft.verbatim} onChoose=${(verbatim) => onWrite({ verbatim })} />
    <label class="chip switch">
      <input
        type="checkbox"
        checked=${draft.urgency === 'blocking'}
        onChange=${(event) => onWrite({ urgency: event.target.checked ? 'blocking' : 'normal' })}
      />
      <span><${Mark} name="blocking" /> ${t('ask.blocking')}</span>
    </label>
  </div>
`

export const WordingChoice = ({ name, verbatim, onChoose }) => html`
  <${Choice}
    ...${{ name, onChoose }}
    legend=${t('ask.wording')}
    value=${verbatim}
    options=${[
      [true, t('ask.verbatim')],
      [false, t('ask.paraphrased')],
    ]}
  />
`

const Choice = ({ name, legend, value, options, onChoose }) => html`
  <fieldset class=${`seg seg-${name.split('-')[0]}`}>
    <legend class="unseen">${legend}</legend>
    ${options.map(
      ([one, words]) => html`<label key=${words}>
        <input type="radio" name=${name} checked=${value === one} onChange=${() => onChoose(one)} />
        <span>${words}</span>
      </label>`,
    )}
  </fieldset>
`
