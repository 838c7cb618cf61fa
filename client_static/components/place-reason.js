// "Why is this here?", answered on request and in words: which rule put it behind the one before it, and ahead of the next.
import { useEffect, useState } from 'preact/hooks'

import { say } from '../core/announce.js'
import { api } from '../core/api.js'
import { firstWords } from '../core/board.js'
import { html } from '../core/html.js'
import { t, why } from '../core/text.js'

export function PlaceReason({ meeting, desk, question, names }) {
  const [told, setTold] = useState(null)
  // What moved has another reason now.
  useEffect(() => setTold(null), [question.order.join()])
  async function ask() {
    try {
      const lines = reasons(await api.place(meeting.id, question.question_id), desk, names)
      say(lines.join(' '))
      setTold({ lines })
    } catch (error) {
      say(why(error))
      setTold({ error })
    }
  }
  return html`
    <div class="place small">
      <button class="link" aria-expanded=${Boolean(told)} onClick=${told ? () => setTold(null) : ask}>
        ${t('place.why')}
      </button>
      ${told?.error && html`<p class="fault">${why(told.error)}</p>`}
      ${told?.lines?.map((line) => html`<p key=${line} dir="auto">${line}</p>`)}
    </div>
  `
}

function reasons({ place, of, ahead, behind }, desk, names) {
  const called = ({ question_id: id }) => {
    const question = desk.view(id)
    if (!question) return t('place.another')
    return t('place.other', { site: names.site(question.site_id), words: firstWords(question.text) })
  }
  return [
    t('place.at', { place, of }),
    ahead ? t(`place.ahead.${ahead.rule}`, { other: called(ahead) }) : t('place.first'),
    ...(behind ? [t(`place.behind.${behind.rule}`, { other: called(behind) })] : []),
  ]
}
