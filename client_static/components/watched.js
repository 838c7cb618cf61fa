// A question as the coordinator sees it: how long it waits, where, and its words only where they were shared.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Pill } from './pill.js'
import { Wait } from './wait.js'

/** `isOfRoom`: it stands with its room, and says how far it has come instead. */
export const Watched = ({ question, names, isOfRoom = false }) => html`
  <li class="q">
    <span class="age">
      <${Wait} since=${question.waiting_since} />
      <small>${t(question.stuck ? 'board.stuckFor' : 'board.waiting')}</small>
    </span>
    <div class="q-body">
      <span class=${question.text === undefined ? 'mute' : ''} dir="auto">${question.text ?? t('watch.private')}</span>
      <span class="meta">
        <b>${isOfRoom ? t(`report.state.${question.status}`) : names.site(question.site_id)}</b>
        ${question.urgency === 'blocking' && html`<${Pill} tone="bad" mark="blocking">${t('board.blocking')}<//>`}
      </span>
    </div>
  </li>
`
