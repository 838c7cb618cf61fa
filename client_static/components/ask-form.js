// Asking for a student: who, how, their words, send. Two taps and the text. The question leaves the form the moment it is
// sent and lives in the list with its true state; the form never pretends.
import { useEffect, useRef, useState } from 'preact/hooks'

import { html } from '../core/html.js'
import { isKept } from '../core/tablet.js'
import { t } from '../core/text.js'
import { useWritten } from '../core/written.js'
import { AskChoices, MAX_TEXT } from './ask-choices.js'
import { StudentPicker } from './student-picker.js'

const COUNT_FROM = 1_800
/** A second tap this soon after a sent question is the same tap's bounce, not an empty question. */
const BOUNCE_MS = 700

/** `student_id`: undefined while nobody was chosen, null for the room. Shared unless one says otherwise: one answer can
 * then serve all rooms that ask the same. */
export const emptyDraft = { student_id: undefined, text: '', verbatim: true, urgency: 'normal', shareable: true }

/**
 * `draft` and `onDraft` are the page's, so that "Edit" on a refused question can fill the form again; `focusOn` changes
 * when the words are to be written next. `last`: the student who asked last, or null; `isNameless`: nobody need be named;
 * `sent`: what became of the last one, shown until the next is begun.
 */
export function AskForm({ draft, onDraft, students, last, onSend, isUnsure, isNameless, onNameless, focusOn, sent }) {
  // What is missing, by name: in words only as it is shown, as they follow the language.
  const [missing, setMissing] = useState(null)
  const sentAt = useRef(0)
  const form = useRef(null)
  const area = useRef(null)
  const length = [...draft.text].length
  const lastName = last !== draft.student_id && students.find((student) => student.student_id === last)?.name
  const isNobody = draft.student_id === undefined
  const fault = missing === 'words' ? faultIn(draft.text) : null
  const { read, write } = useWritten(draft, onDraft)

  useEffect(() => {
    if (focusOn) area.current.focus()
  }, [focusOn])

  function submit(event) {
    event.preventDefault()
    const draft = read()
    if (!draft.text && Date.now() - sentAt.current < BOUNCE_MS) return
    const found = faultIn(draft.text) ? 'words' : draft.student_id === undefined && !isNameless ? 'who' : null
    setMissing(found)
    if (found === 'words') return area.current.focus()
    if (found === 'who') return form.current.querySelector('.chips input').focus()
    sentAt.current = Date.now()
    onSend({ ...draft, student_id: draft.student_id ?? null })
  }
  const keyed = (event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && submit(event)

  function choose(id, isTapped) {
    setMissing(null)
    write({ student_id: id })
    // The words come next. Only for a tap: the arrow keys go through the names and must stay among them.
    if (isTapped) area.current.focus()
  }

  return html`
    <form ref=${form} class="ask" onSubmit=${submit} aria-labelledby="ask-title">
      <${StudentPicker}
        students=${students}
        chosen=${draft.student_id}
        fault=${missing === 'who' && isNobody ? t('ask.whoFirst') : null}
        onChoose=${choose}
      />
      <${AskChoices} draft=${draft} onWrite=${write} />
      <div class="ask-words">
        <label class="field">
          <span>${t('ask.words')}</span>
          <textarea
            ref=${area}
            autocomplete="off"
            rows="2"
            dir="auto"
            value=${draft.text}
            aria-invalid=${fault ? 'true' : undefined}
            aria-describedby="ask-fault"
            onInput=${(event) => (setMissing(null), write({ text: event.target.value }))}
            onKeyDown=${keyed}
          ></textarea>
        </label>
        <button class="btn primary big send">${t('ask.send')}</button>
      </div>
      <p id="ask-fault" class="fault" role="alert">${fault}</p>
      ${isNobody && !draft.text && sent}
      ${isNameless && isNobody && html`<p class="small mute">${t('ask.asRoom')}</p>`}
      ${length > COUNT_FROM && html`<p class="small mute">${t('ask.count', { length, most: MAX_TEXT })}</p>`}
      ${isUnsure && html`<p class="small mute">${t(isKept() ? 'ask.willWait' : 'ask.willWaitOnPage')}</p>`}
      <div class="ask-ways">
        ${lastName &&
        html`<button type="button" class="btn big" onClick=${() => choose(last, true)}>
          ${t('our.more', { who: lastName })}
        </button>`}
        <label class="chip switch">
          <input type="checkbox" checked=${isNameless} onChange=${(event) => onNameless(event.target.checked)} />
          <span>${t('ask.nameless')}</span>
        </label>
      </div>
    </form>
  `
}

/** What is wrong with a text, in words, or null. */
export function faultIn(text, { most = MAX_TEXT, needs = t('ask.empty') } = {}) {
  if (!text.trim()) return needs
  const length = [...text].length
  return length > most ? t('ask.tooLong', { n: length - most }) : null
}
