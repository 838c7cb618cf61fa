// What an adult in the room has to have read and seen before class, each with the one tap that says so.
import { html } from '../core/html.js'
import { openedBrief } from '../core/opened-briefs.js'
import { briefPath } from '../core/router.js'
import { needs, t } from '../core/text.js'
import { Mark } from './pill.js'

const MARKS = { read: 'ok', seen: 'ok', unread: 'quiet', unseen: 'quiet', changed: 'warn' }

/** `version`: of the brief; 0: there is none, and nothing to read. */
export function BriefRead({ id, version, standing, send }) {
  if (standing.brief === 'none') return null
  return html`<div class="ready-seen">
    <span><${Mark} name=${MARKS[standing.brief]} /> ${t(`ready.brief.${standing.brief}`)}</span>
    <span class="ready-ways">
      <a class="btn big" href=${briefPath(id)}>${t('brief.open')}</a>
      ${standing.brief !== 'read' &&
      openedBrief(id) === version &&
      html`<button class="btn big" onClick=${() => send('acknowledge_brief', { brief_version: version })}>${t('ready.haveRead')}</button>`}
    </span>
  </div>`
}

/** What was on the screen goes with the tap: what has changed since was not seen. */
const needOf = ({ student_id, accommodations }) => ({ student_id, codes: accommodations })

export function AccommodationsSeen({ names, siteId, standing, send }) {
  const needing = names.studentsAt(siteId).filter((student) => student.accommodations.length > 0)
  return html`<div class="ready-seen">
    <span><${Mark} name=${MARKS[standing.accommodations]} /> ${t(`ready.accommodations.${standing.accommodations}`)}</span>
    <ul role="list" class="ready-needs">
      ${needing.map(
        (student) => html`<li key=${student.student_id}>
          <b>${student.name}</b> ${needs(student.accommodations)}
        </li>`,
      )}
      ${names.isLoaded && needing.length === 0 && html`<li>${t('ready.noNeeds')}</li>`}
    </ul>
    ${names.isLoaded &&
    standing.accommodations !== 'seen' &&
    html`<span class="ready-ways"><button class="btn big" onClick=${() => send('see_accommodations', { needs: needing.map(needOf) })}>${t('ready.haveSeen')}</button></span>`}
  </div>`
}
