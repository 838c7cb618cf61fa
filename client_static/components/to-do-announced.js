// Says politely what came for this room: answers, requests, calls. What was there when the page opened is on the screen.
import { useEffect, useRef } from 'preact/hooks'

import { say } from '../core/announce.js'
import { lastAnswer } from '../core/questions.js'
import { t } from '../core/text.js'

const SAID = { answered: 'said.answered', asked_back: 'said.askedBack', declined: 'said.declined' }

export function useToDoAnnounced(toDo, calls, told, names) {
  const known = useRef(null)
  const fresh = newsOf(toDo, calls, told)
  const keys = fresh.map(({ key }) => key)
  useEffect(() => {
    const before = known.current
    known.current = new Set(keys)
    if (!before) return
    for (const { key, words, id } of fresh) if (!before.has(key)) say(t(words, { who: names.student(id) }))
  }, [keys.join()])
}

/** Each thing with a key that changes when it comes anew. */
function newsOf(toDo, calls, told) {
  const asked = toDo.filter((question) => question.status in SAID)
  return [
    ...told.map((one) => ({ key: one.announcement_id, words: 'said.announced', id: null })),
    ...calls
      .filter((call) => call.status === 'called')
      .map((call) => ({ key: call.call_id, words: 'said.called', id: call.student_id })),
    ...asked.map((question) => ({
      key: `${question.question_id} ${question.status} ${question.asked_back?.at ?? lastAnswer(question)?.at ?? ''}`,
      words: SAID[question.status],
      id: question.student_id,
    })),
  ]
}
