// A class as its coordinator sees it: the rooms and the figures, nobody's words unless they were shared, and nothing to
// do.
import { Bar } from '../components/bar.js'
import { LinkNotice } from '../components/link-notice.js'
import { LinkState } from '../components/link-state.js'
import { Pill } from '../components/pill.js'
import { Rooms } from '../components/rooms.js'
import { VideoLink } from '../components/video-link.js'
import { Wait } from '../components/wait.js'
import { html } from '../core/html.js'
import { board } from '../core/questions.js'
import { briefPath, reportPath } from '../core/router.js'
import { t } from '../core/text.js'
import { RosterNotice } from './meeting.js'

export function WatchPage({ meeting, title, section }) {
  const names = meeting.names.value
  const questions = meeting.questions.value
  const waiting = board(questions)
  const status = meeting.meeting.value.status
  return html`
    <${Bar} title=${title} under=${section}>
      <span class="grow"></span>
      <span class="small">${t(`status.${status}`)}</span>
      <a class="btn" href=${briefPath(meeting.id)}>${t('brief.link')}</a>
      <a class="btn" href=${reportPath(meeting.id)}>${t('watch.report')}</a>
      <${LinkState} live=${meeting.live} />
      <${VideoLink} meeting=${meeting.meeting.value} />
    <//>
    <main id="main" class="watch">
      <${LinkNotice} meeting=${meeting} />
      <${RosterNotice} meeting=${meeting} />
      <${Rooms} rooms=${meeting.rooms.value} ...${{ questions, names }} meeting=${meeting.meeting.value} />
      <div class="watch-head">
        <h2>${t('board.title')} <${Pill} tone="info">${t('board.count', { n: waiting.length })}<//></h2>
        <p class="small mute">${t('watch.note')}</p>
      </div>
      <ol class="list" role="list">
        ${waiting.map((question) => html`<${Watched} key=${question.question_id} ...${{ question, names }} />`)}
      </ol>
    </main>
  `
}

const Watched = ({ question, names }) => html`
  <li class="q">
    <span class="age">
      <${Wait} since=${question.waiting_since} />
      <small>${t(question.stuck ? 'board.stuckFor' : 'board.waiting')}</small>
    </span>
    <div class="q-body">
      <span class=${question.text === undefined ? 'mute' : ''} dir="auto">${question.text ?? t('watch.private')}</span>
      <span class="meta">
        <b>${names.site(question.site_id)}</b>
        ${question.urgency === 'blocking' && html`<${Pill} tone="bad" mark="blocking">${t('board.blocking')}<//>`}
      </span>
    </div>
  </li>
`
