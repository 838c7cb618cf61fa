// The teacher's console: the rooms that never move, the questions in fair order, the one in hand in the largest type, and
// every answer's way back. One hand on the keyboard runs it.
import { useState } from 'preact/hooks'

import { Announcements } from '../components/announcements.js'
import { AskedBack } from '../components/asked-back.js'
import { Bar } from '../components/bar.js'
import { Board } from '../components/board.js'
import { Calls, openCalls } from '../components/calls.js'
import { CatchUps } from '../components/catch-ups.js'
import { ClassClock, Lifecycle } from '../components/lifecycle.js'
import { Deferred } from '../components/deferred.js'
import { LinkNotice } from '../components/link-notice.js'
import { LinkState } from '../components/link-state.js'
import { NowPanel } from '../components/now-panel.js'
import { Rooms } from '../components/rooms.js'
import { TeacherDialog } from '../components/teacher-dialog.js'
import { VideoLink } from '../components/video-link.js'
import { WayBack } from '../components/way-back.js'
import { html } from '../core/html.js'
import { briefPath } from '../core/router.js'
import { locale, t } from '../core/text.js'
import { asDay, isSameDay, serverNow } from '../core/time.js'
import { useClassWall } from '../core/wall.js'
import { RosterNotice } from './meeting.js'
import { useDesk } from './teacher-desk.js'

const isBefore = (status) => status === 'scheduled' || status === 'lobby'

export function TeacherPage({ meeting, title, section }) {
  const [dialog, setDialog] = useState(null)
  const { desk, acts, room, drafts, seen, undo } = useDesk(meeting, setDialog)
  const { status, starts_at: from } = meeting.meeting.value
  const isLive = status === 'live'
  const names = meeting.names.value
  const questions = meeting.questions.value
  const calls = openCalls(meeting.calls.value)
  const { askedBack, deferred } = desk.lanes.value
  useClassWall(names)
  // A class of another day must not look like one that is late.
  const under = isBefore(status) && !isSameDay(from, serverNow()) ? `${section ?? title} · ${asDay(from, locale.value)}` : section

  return html`
    <${Bar} title=${title} under=${under}>
      <${ClassClock} meeting=${meeting.meeting.value} />
      <span class="grow"></span>
      <${LinkState} live=${meeting.live} />
      <button class="btn" onClick=${acts.openHelp}>${t('teacher.keys')}<kbd aria-hidden="true">?</kbd></button>
      ${isLive && html`<button class="btn" onClick=${() => setDialog('end')}>${t('teacher.end')}</button>`}
    <//>
    <main id="main" class="console">
      <div class="console-notices">
        <${LinkNotice} meeting=${meeting} />
        <${RosterNotice} meeting=${meeting} />
        <${Lifecycle} ...${{ meeting, acts }} />
      </div>
      <${Rooms} rooms=${meeting.rooms.value} ...${{ names, questions, calls }} meeting=${meeting.meeting.value} picked=${room} onPick=${acts.pickRoom} />
      <div class="desk">
        <${Board} ...${{ meeting, desk, acts, seen, undo }} />
        <${NowPanel} ...${{ meeting, desk, acts, drafts }} />
        <div class="aside" tabindex="0" role="group" aria-label=${t('teacher.aside')}>
          <${VideoLink} meeting=${meeting.meeting.value} />
          <a class="btn" href=${briefPath(meeting.id)}>${t('brief.link')}</a>
          <${Announcements}
            announcements=${meeting.announcements.value}
            rooms=${meeting.rooms.value}
            canAnnounce=${isLive || status === 'lobby'}
            ...${{ names, commands: meeting.live.commands }}
            onAnnounce=${acts.openAnnounce}
            onWithdraw=${acts.withdrawAnnouncement}
          />
          <${Calls} ...${{ calls, names, isLive }} onCall=${acts.openCall} onEnd=${acts.endCall} />
          <${AskedBack} ...${{ desk, acts, names }} questions=${askedBack} />
          <${WayBack} ...${{ questions, names }} />
          ${!['ended', 'reconciled'].includes(status) && html`<${Deferred} ...${{ desk, acts, names }} questions=${deferred} />`}
          <${CatchUps} ...${{ names, acts, isLive }} plans=${meeting.catchUps.value} canPlan=${!['reconciled', 'cancelled'].includes(status)} commands=${meeting.live.commands} />
        </div>
      </div>
    </main>
    ${dialog && html`<${TeacherDialog} kind=${dialog} ...${{ meeting, desk, acts, room }} onClose=${() => setDialog(null)} />`}
  `
}
