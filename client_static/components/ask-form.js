// Asking for a student: who, their words, what kind, send. The question leaves the form the moment it is sent and lives
// in the list below with its true state; the form never pretends.
import { useEffect, useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Mark } from './pill.js'
import { StudentPicker } from './student-picker.js'

export const MAX_TEXT = 2_000
const COUNT_FROM = 1_800
/** A second tap this soon after a sent question is the same tap's bounce, not an empty question. */
const BOUNCE_MS = 700

export const emptyDraft = { student_id: null, text: '', verbatim: true, urgency: 'normal', shareable: false }

/** `draft` and `onDraft` are the page's, so that "Edit" on a refused question can fill the form again. */
export function AskForm({ draft, onDraft, students, recent, onSend, isUnsure }) {
  const [isFaulty, setFaulty] = useState(false)
  const sentAt = useRef(0)
  const area = useRef(null)
  const length = [...draft.text].length
  // In words only as it is shown: they follow the language.
  const fault = isFaulty ? faultIn(draft.text, length) : null
  const write = (changes) => onDraft({ ...draft, ...changes })

  useEffect(() => {
    if (draft.isEdited) area.current.focus()
  }, [draft.isEdited])

  function submit(event) {
    event.preventDefault()
    if (!draft.text && Date.now() - sentAt.current < BOUNCE_MS) return
    const found = faultIn(draft.text, length)
    setFaulty(Boolean(found))
    if (found) return area.current.focus()
    sentAt.current = Date.now()
    onSend(draft)
  }
  const keyed = (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && submit(event)

  return html`
    <form class="ask" onSubmit=${submit} aria-labelledby="ask-title">
      <${StudentPicker}
        ...${{ students, recent }}
        chosen=${draft.student_id}
        onChoose=${(id) => write({ student_id: id })}
      />
      <label class="field">
        <span>${t('ask.words')}</span>
        <textarea
          ref=${area}
          rows="3"
          dir="auto"
          value=${draft.text}
          aria-invalid=${fault ? 'true' : undefined}
          aria-describedby="ask-fault"
          onInput=${(event) => (setFaulty(false), write({ text: event.target.value }))}
          onKeyDown=${keyed}
        ></textarea>
      </label>
      <p id="ask-fault" class="fault" role="alert">${fault}</p>
      ${length > COUNT_FROM && html`<p class="small mute">${t('ask.count', { length, most: MAX_TEXT })}</p>`}
      <div class="ask-kinds" role="group" aria-label=${t('ask.kind')}>
        <${Switch}
          isOn=${draft.urgency === 'blocking'}
          onSwitch=${(isOn) => write({ urgency: isOn ? 'blocking' : 'normal' })}
        >
          <${Mark} name="blocking" /> ${t('ask.blocking')}
        <//>
        <${Switch} isOn=${!draft.verbatim} onSwitch=${(isOn) => write({ verbatim: !isOn })}>${t('ask.paraphrased')}<//>
        <${Switch} isOn=${draft.shareable} onSwitch=${(isOn) => write({ shareable: isOn })}>${t('ask.shareable')}<//>
      </div>
      <button class="btn primary big send">${t('ask.send')}</button>
      ${isUnsure && html`<p class="small mute">${t('ask.willWait')}</p>`}
    </form>
  `
}

const Switch = ({ isOn, onSwitch, children }) => html`
  <label class="chip switch">
    <input type="checkbox" checked=${isOn} onChange=${(event) => onSwitch(event.target.checked)} />
    <span>${children}</span>
  </label>
`

function faultIn(text, length) {
  if (!text.trim()) return t('ask.empty')
  if (length > MAX_TEXT) return t('ask.tooLong', { n: length - MAX_TEXT })
  return null
}
