// A class, for whatever part one has in it. Until the first snapshot there is nothing to show but the truth about the link.
import { useEffect, useState } from 'preact/hooks'

import { Bar } from '../components/bar.js'
import { LinkNotice } from '../components/link-notice.js'
import { LinkState, useLinkAnnounced } from '../components/link-state.js'
import { Problem } from '../components/problem.js'
import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { closeMeeting, openMeeting } from '../core/meeting.js'
import { language, t } from '../core/text.js'
import { SupervisorPage } from './supervisor.js'
import { TeacherPage } from './teacher.js'
import { WatchPage } from './watch.js'

const PARTS = { teacher: TeacherPage, supervisor: SupervisorPage, coordinator: WatchPage }
const TITLE_RETRY_MS = 5_000

export function MeetingPage({ id }) {
  const [meeting, setMeeting] = useState(null)
  useEffect(() => {
    setMeeting(openMeeting(id))
    return () => closeMeeting(id)
  }, [id])
  const listing = useListing(id)
  if (!meeting) return null
  return html`<${Opened} meeting=${meeting} listing=${listing} />`
}

/** What the list of meetings says of this one: its title. It never changes in class, so it is read once. */
function useListing(id) {
  const [listing, setListing] = useState(null)
  useEffect(() => {
    let timer = null
    const read = async () => {
      try {
        setListing((await api.meetings()).find((one) => one.id === id) ?? {})
      } catch {
        timer = setTimeout(read, TITLE_RETRY_MS)
      }
    }
    read()
    return () => clearTimeout(timer)
  }, [id])
  return listing ?? {}
}

function Opened({ meeting, listing }) {
  const title = listing.title ?? t('meeting.title')
  useLinkAnnounced(meeting.live)
  useEffect(() => {
    document.title = t('title.page', { page: title })
  }, [title, language.value])
  const Page = PARTS[meeting.part.value]
  if (Page && meeting.meeting.value) {
    return html`<${Page} ...${{ meeting, title }} section=${listing.section_title} />`
  }
  return html`
    <${Bar} title=${title}><span class="grow"></span><${LinkState} live=${meeting.live} /><//>
    <main id="main" class="page">
      <${LinkNotice} meeting=${meeting} />
      ${meeting.live.link.value === 'connecting' && html`<p class="loading">${t('meeting.loading')}</p>`}
    </main>
  `
}

/** The roster could not be read: names are missing, the class goes on. */
export const RosterNotice = ({ meeting }) =>
  meeting.rosterProblem.value && !meeting.roster.value
    ? html`<${Problem} error=${meeting.rosterProblem.value}><span>${t('meeting.noNames')}</span><//>`
    : null
