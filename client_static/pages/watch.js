// A class as its coordinator sees it: the rooms and the figures, one room opened where that is wanted, nobody's words unless
// they were shared, and nothing to do.
import { useRef } from 'preact/hooks'

import { Announcements } from '../components/announcements.js'
import { Bar } from '../components/bar.js'
import { LinkNotice } from '../components/link-notice.js'
import { LinkState } from '../components/link-state.js'
import { Pill } from '../components/pill.js'
import { Rooms } from '../components/rooms.js'
import { VideoLink } from '../components/video-link.js'
import { WatchRoom } from '../components/watch-room.js'
import { Watched } from '../components/watched.js'
import { html } from '../core/html.js'
import { board } from '../core/questions.js'
import { valueOf } from '../core/record.js'
import { briefPath, go, meetingPath, query, reportPath, roomPath } from '../core/router.js'
import { t } from '../core/text.js'
import { useClassWall } from '../core/wall.js'
import { RosterNotice } from './meeting.js'

export function WatchPage({ meeting, title, section }) {
  const names = meeting.names.value
  const questions = meeting.questions.value
  const announcements = meeting.announcements.value
  const rooms = meeting.rooms.value
  const waiting = board(questions)
  useClassWall(names)
  const status = meeting.meeting.value.status
  const [room, wasPicked, onPick] = usePicked(meeting.id, rooms)
  const timeline = room && valueOf(meeting.live.record.value, 'timeline', room.site_id)
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
      <p class="small mute">${t('watch.pick')}</p>
      <${Rooms} ...${{ rooms, questions, names, onPick }} meeting=${meeting.meeting.value} hasKeys=${false} picked=${room?.site_id} />
      ${room &&
      html`<${WatchRoom}
        key=${room.site_id}
        ...${{ room, timeline, questions, announcements, names, wasPicked }}
        isLive=${status === 'live'}
        onClose=${() => onPick(room.site_id)}
      />`}
      <${Announcements} ...${{ announcements, names }} rooms=${meeting.rooms.value} commands=${meeting.live.commands} />
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

/** The room that the address names, whether it was chosen here, and what chooses one; the same again closes it. */
function usePicked(meetingId, rooms) {
  const wasPicked = useRef(false)
  const siteId = query.value.get('room')
  const room = rooms.find((one) => one.site_id === siteId)
  const pick = (id) => {
    wasPicked.current = true
    if (id !== room?.site_id) return go(roomPath(meetingId, id))
    go(meetingPath(meetingId))
    document.getElementById(`room-${id}`)?.focus()
  }
  return [room, wasPicked.current, pick]
}
