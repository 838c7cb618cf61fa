// All that can be done with the question in the panel: the likely ways large and always in sight, the rarer ones beside.
import { html } from '../core/html.js'
import { isUnderWay } from '../core/teacher-acts.js'
import { t } from '../core/text.js'
import { AnswerButton } from './answer-form.js'
import { KeyHint } from './key-hint.js'

/** In which standing each way is open; the first that apply are large. */
const WAYS = [
  { way: 'claim', key: 'c', open: ['waiting'], isFirst: true },
  { way: 'repeat', key: 'r', open: ['waiting', 'claimed', 'answering'] },
  { way: 'defer', key: 'd', open: ['waiting', 'claimed', 'answering', 'asked_back'] },
  { way: 'reopen', open: ['deferred'], isLiveOnly: true },
  { way: 'begin', key: 'c', open: ['claimed'], isSmall: true },
  { way: 'merge', key: 'm', open: ['waiting', 'claimed'], isSmall: true },
  { way: 'release', open: ['claimed', 'answering'], isSmall: true },
  { way: 'decline', open: ['waiting', 'claimed', 'answering', 'asked_back', 'deferred'], isSmall: true },
]

export function QuestionWays({ question, standing, entry, acts, isLive }) {
  const id = question.question_id
  const open = WAYS.filter((one) => one.open.includes(standing) && (isLive || !one.isLiveOnly))
  const doings = {
    claim: () => acts.claim(id),
    begin: () => acts.claim(id),
    repeat: acts.openRepeat,
    defer: () => acts.defer(id),
    reopen: () => acts.reopen(id),
    merge: acts.mergeOrPick,
    release: () => acts.release(id),
    decline: acts.openDecline,
  }
  const button = ({ way, key, isFirst, isSmall }) => html`<button
    key=${way}
    class=${`btn ${isFirst ? 'primary' : ''} ${isSmall ? 'slim' : 'big'}`}
    aria-disabled=${isUnderWay(entry)}
    onClick=${doings[way]}
  >
    ${t(`way.${way}`)}${key && html`<${KeyHint} of=${key} />`}
  </button>`
  const mayAnswer = ['claimed', 'answering', 'deferred'].includes(standing)
  return html`
    <div class="panel-ways">
      <div class="panel-ways-row">
        ${mayAnswer && html`<${AnswerButton} standing=${standing} />`}
        ${open.filter((one) => !one.isSmall).map(button)}
      </div>
      <div class="panel-ways-row">${open.filter((one) => one.isSmall).map(button)}</div>
    </div>
  `
}
