// The teacher writes the lesson brief. What was written is kept on this page until the server has it: a refusal says what
// to mend, and somebody else's version is shown beside one's own, never in its place.
import { useEffect, useState } from 'preact/hooks'

import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { session } from '../core/session.js'
import { t, why } from '../core/text.js'
import { useWritten } from '../core/written.js'
import { BriefText, PARTS } from './brief-text.js'

const MOST = 2000
const MOST_MATERIALS = 12

/** What was half written when its writer went to another of our pages, by whose it is and of which class. */
const left = new Map()

/** Whether this person has left a half-written brief of this class. */
export const isBriefLeft = (id) => left.has(keyOf(id))

const keyOf = (id) => `${session.peek()?.person_id} ${id}`

export function BriefForm({ id, brief, onDone, onClose }) {
  const key = keyOf(id)
  const [draft, setDraft] = useState(() => left.get(key)?.draft ?? contentOf(brief))
  const [version, setVersion] = useState(left.get(key)?.version ?? brief.version)
  const [theirs, setTheirs] = useState(null)
  const [fault, setFault] = useState(null)
  const [isSending, setSending] = useState(false)
  const isChanged = JSON.stringify(draft) !== JSON.stringify(contentOf(brief))
  useWarning(isChanged)
  const { read, write } = useWritten(draft, (written) => {
    setFault(null)
    setDraft(written)
    left.set(key, { draft: written, version })
  })
  const close = (then) => (left.delete(key), then())
  async function submit(event) {
    event.preventDefault()
    const draft = read()
    if (!draft.today.trim()) return setFault(t('brief.needsToday'))
    setSending(true)
    try {
      const materials = draft.materials.filter((one) => one.title.trim() || one.url.trim())
      await api.writeBrief(id, { ...draft, materials, version })
      close(onDone)
    } catch (problem) {
      setFault(wordsOf(problem))
      if (problem.code === 'stale_version') await look()
    } finally {
      setSending(false)
    }
  }
  /** What somebody else has written meanwhile: one's own goes in its place only after it was seen. */
  async function look() {
    try {
      const now = await api.brief(id)
      setTheirs(now)
      setVersion(now.version)
    } catch (problem) {
      setFault(why(problem))
    }
  }
  return html`
    <form class="stack brief-form" onSubmit=${submit}>
      ${brief.last &&
      html`<p class="brief-ways">
        <button type="button" class="btn big" onClick=${() => write(contentOf(brief.last))}>${t('brief.useLast', { title: brief.last.title })}</button>
      </p>`}
      ${PARTS.map(
        (part) => html`<label key=${part} class="field">
          <span>${t(`brief.${part}`)}</span>
          <textarea rows="3" maxlength=${MOST} autocomplete="off" dir="auto" value=${draft[part]} onInput=${(event) => write({ [part]: event.target.value })} />
        </label>`,
      )}
      <${Materials} materials=${draft.materials} onChange=${(materials) => write({ materials })} />
      <p class="fault" role="alert">${fault}</p>
      ${theirs && html`<section class="notice warn" aria-label=${t('brief.theirs')}><div class="notice-text"><b>${t('brief.theirs')}</b><${BriefText} brief=${theirs} /></div></section>`}
      <div class="dialog-ways">
        ${brief.version > 0 && html`<button type="button" class="btn big" onClick=${() => close(onClose)}>${t('dialog.cancel')}</button>`}
        <button class="btn big primary" disabled=${isSending}>${t(theirs ? 'brief.saveOver' : 'brief.save')}</button>
      </div>
    </form>
  `
}

function Materials({ materials, onChange }) {
  const put = (n, changes) => onChange(materials.map((one, i) => (i === n ? { ...one, ...changes } : one)))
  return html`
    <fieldset class="brief-materials">
      <legend>${t('brief.materials')}</legend>
      ${materials.map(
        (one, n) => html`<div key=${n} class="brief-material">
          <label class="field"><span class="small">${t('brief.materialTitle')}</span>
            <input type="text" autocomplete="off" dir="auto" maxlength="200" value=${one.title} onInput=${(event) => put(n, { title: event.target.value })} />
          </label>
          <label class="field"><span class="small">${t('brief.materialUrl')}</span>
            <input type="url" autocomplete="off" maxlength="500" value=${one.url} onInput=${(event) => put(n, { url: event.target.value })} />
          </label>
          <button type="button" class="btn" onClick=${() => onChange(materials.filter((_, i) => i !== n))}>${t('brief.materialDrop', { n: n + 1 })}</button>
        </div>`,
      )}
      ${materials.length < MOST_MATERIALS &&
      html`<button type="button" class="btn" onClick=${() => onChange([...materials, { title: '', url: '' }])}>${t('brief.materialAdd')}</button>`}
    </fieldset>
  `
}

function wordsOf(problem) {
  if (problem.code === 'stale_version') return t('brief.stale')
  const [, n] = /^materials\.(\d+)/.exec(problem.field ?? '') ?? []
  return n === undefined ? why(problem) : t('brief.badMaterial', { n: Number(n) + 1 })
}

const contentOf = ({ today, hand_out, watch_for, link_dies, materials }) => ({ today, hand_out, watch_for, link_dies, materials })

/** The page is not closed or loaded again over what is not saved. */
function useWarning(isChanged) {
  useEffect(() => {
    if (!isChanged) return undefined
    const stay = (event) => event.preventDefault()
    addEventListener('beforeunload', stay)
    return () => removeEventListener('beforeunload', stay)
  }, [isChanged])
}
