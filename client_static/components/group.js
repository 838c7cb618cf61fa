// The questions that follow this one: its answer settles them all, and each room brings it back by itself.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { PrivateMark } from './private-mark.js'

export const Group = ({ followers, names, acts }) => html`
  <div class="group">
    <h3 id="group-title" class="small">${t('group.title', { n: followers.length })}</h3>
    <ul role="list" aria-labelledby="group-title">
      ${followers.map(
        (one) => html`<li key=${one.question_id}>
          <span class="group-words">
            <b>${names.site(one.site_id)}</b> · ${names.initials(one.student_id)}:
            ${' '}<span id=${`group-${one.question_id}`} dir="auto">${one.text}</span>
            ${!one.shareable && html` <${PrivateMark} />`}
          </span>
          <button class="link" aria-describedby=${`group-${one.question_id}`} onClick=${() => acts.unmerge(one.question_id)}>
            ${t('group.takeOut')}
          </button>
        </li>`,
      )}
    </ul>
  </div>
`
