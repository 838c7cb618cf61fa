// One question that the end of class would leave open, and what becomes of it.
import { html } from '../core/html.js'
import { locale, t } from '../core/text.js'
import { asDue, asLocalInput } from '../core/time.js'
import { REASONS } from './decline-dialog.js'
import { LocalTime } from './local-time.js'

/** "Other" needs words of its own, for which there is no room here: decline it before the end. */
const SHORT_REASONS = REASONS.filter((reason) => reason !== 'other')

export function Leftover({ question, names, followers, due, choice, isLate, onChoose }) {
  const id = question.question_id
  const value = choice?.what === 'decline' ? choice.reason : (choice?.what ?? 'leave')
  function choose(event) {
    const chosen = event.target.value
    if (chosen === 'leave') onChoose(undefined)
    else onChoose(chosen === 'later' ? { what: 'later', text: asLocalInput(due) } : { what: 'decline', reason: chosen })
  }
  return html`
    <li>
      <span id=${`left-${id}`} class="leftover-words">
        <b>${names.site(question.site_id)}</b> · ${names.initials(question.student_id)}:${' '}
        <span dir="auto">${question.text}</span>
        ${followers > 0 && html`<span class="small mute"> ${t('end.with', { n: followers })}</span>`}
      </span>
      <label>
        <span class="unseen">${t('end.what')}</span>
        <select aria-describedby=${`left-${id}`} value=${value} onChange=${choose}>
          <option value="leave">${t('end.leave', { due: asDue(due, undefined, locale.value) })}</option>
          <option value="later">${t('end.later')}</option>
          <optgroup label=${t('end.decline')}>
            ${SHORT_REASONS.map((reason) => html`<option key=${reason} value=${reason}>${t(`reason.${reason}`)}</option>`)}
          </optgroup>
        </select>
      </label>
      ${choice?.what === 'later' &&
      html`<${LocalTime}
        id=${`due-${id}`}
        label=${t('end.by')}
        text=${choice.text}
        fault=${isLate ? t('end.late') : null}
        onText=${(text) => onChoose({ what: 'later', text })}
      />`}
    </li>
  `
}
