// What the teacher is dealing with, in the largest type on the page: the question in the panel is the one that the keys act
// on, with everything that can be done with it.
import { Fragment } from 'preact'

import { html } from '../core/html.js'
import { entryOn } from '../core/teacher-acts.js'
import { t } from '../core/text.js'
import { AnswerForm } from './answer-form.js'
import { Asked } from './asked.js'
import { ClaimedKeys, ClaimedTabs } from './claimed-tabs.js'
import { CommandNote } from './command-note.js'
import { Group } from './group.js'
import { Mark } from './pill.js'
import { PlaceReason } from './place-reason.js'
import { QuestionWays } from './question-ways.js'

const TITLES = {
  waiting: 'now.next',
  claimed: 'now.inHand',
  answering: 'now.answering',
  asked_back: 'now.askedBack',
  deferred: 'now.deferred',
}

export function NowPanel({ meeting, desk, acts, drafts }) {
  const question = desk.current.value
  const { mine } = desk.lanes.value
  const names = meeting.names.value
  const standing = question ? desk.standing(question) : 'waiting'
  // Keyed with its frame: another question begins at its beginning, however far down the last one was read.
  const key = question?.question_id
  const hasTabs = mine.length > 1 || (mine.length === 1 && mine[0] !== question)
  return html`
    <section class="now" aria-labelledby="now-title">
      <h2 id="now-title" tabindex="-1">${t(TITLES[standing])}${hasTabs && html`<${ClaimedKeys} />`}</h2>
      ${hasTabs && html`<${ClaimedTabs} ...${{ mine, question, names }} onTurn=${acts.choose} />`}
      <div class="panel" key=${key}>
        ${question
          ? html`<${InPanel} ...${{ meeting, desk, acts, drafts, question, standing, names }} />`
          : html`<p class="empty">${t('now.empty')}</p>`}
      </div>
    </section>
  `
}

function InPanel({ meeting, desk, acts, drafts, question, standing, names }) {
  const { commands } = meeting.live
  const entry = entryOn(commands.entries.value, question.question_id)
  const isHeld = entry && entry.state !== 'sent'
  const mayAnswer = ['claimed', 'answering', 'deferred'].includes(standing)
  const isLive = meeting.meeting.value.status === 'live'
  const followers = desk.groups.value.get(question.question_id) ?? []
  const edit = () => acts.edit(entry)
  return html`<${Fragment}>
    <${Asked} ...${{ question, standing, names }} />
    ${desk.isToClaim(question) && html`<p class="fault small"><${Mark} name="warn" /> ${t('said.claimFirst')}</p>`}
    ${followers.length > 0 && html`<${Group} ...${{ followers, names, acts }} />`}
    ${standing === 'waiting' && html`<${PlaceReason} ...${{ meeting, desk, question, names }} />`}
    ${isHeld && standing !== 'waiting' && html`<${CommandNote} ...${{ entry, commands }} where="computer" onEdit=${edit} />`}
    ${mayAnswer && !isHeld && html`<${AnswerForm} ...${{ question, standing, drafts, acts }} />`}
    ${!(isHeld && mayAnswer) && html`<${QuestionWays} ...${{ question, standing, entry, acts, isLive }} />`}
  <//>`
}
