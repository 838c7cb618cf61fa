// The page as a whole: who is signed in, which page the address names, the title, where the focus goes, and the one
// polite live region.
import { Component, render } from 'preact'
import { useEffect } from 'preact/hooks'
import '@preact/signals'

import { Bar } from '../components/bar.js'
import { Problem } from '../components/problem.js'
import { spoken } from '../core/announce.js'
import { startArrivals } from '../core/arrival.js'
import { html } from '../core/html.js'
import { startSpeaking } from '../core/language.js'
import { hasUnkept, isClassLive } from '../core/meeting.js'
import { go, nextOf, route, startRouting } from '../core/router.js'
import { loadSession, session, sessionProblem } from '../core/session.js'
import { startIdleLock, startSweeping, tablet } from '../core/tablet.js'
import { language, t } from '../core/text.js'
import { startTicking } from '../core/time.js'
import { BriefPage } from './brief.js'
import { HomePage } from './home.js'
import { LockedPage } from './locked.js'
import { MeetingPage } from './meeting.js'
import { ReportPage } from './report.js'
import { SchedulePage } from './schedule.js'
import { SignInPage } from './sign-in.js'

const PAGES = {
  home: HomePage,
  schedule: SchedulePage,
  meeting: MeetingPage,
  brief: BriefPage,
  report: ReportPage,
  door: Through,
  lost: LostPage,
}

/** At the sign-in page's address, and signed in. */
function Through() {
  useEffect(() => go(nextOf(location.search), { isInstead: true }), [])
  return null
}

function LostPage() {
  useEffect(() => {
    document.title = t('title.page', { page: t('lost.title') })
  }, [language.value])
  return html`
    <${Bar} title=${t('lost.title')} />
    <main id="main" class="page">
      <p>${t('lost.text')}</p>
      <p><a class="btn big" href="/">${t('bar.home')}</a></p>
    </main>
  `
}

function Screen() {
  if (session.value === undefined) {
    const error = sessionProblem.value
    return html`<${Bar} title=${t('app.name')} isHome=${true} />
      <main id="main" class="page">
        ${error
          ? html`<${Problem} error=${error} onRetry=${loadSession} />`
          : html`<p class="loading">${t('app.loading')}</p>`}
      </main>`
  }
  if (session.value === null) return html`<${SignInPage} />`
  if (tablet.value.state === 'locked') return html`<${LockedPage} />`
  const { page, ...place } = route.value
  // Another person's page is another page, in every respect.
  return html`<${PAGES[page]} key=${`${session.value.person_id} ${page} ${place.id ?? ''}`} ...${place} />`
}

/** A fault of ours must not leave a blank page in front of a class. */
class Guard extends Component {
  static getDerivedStateFromError(fault) {
    return { fault }
  }

  componentDidCatch(fault) {
    console.error(fault)
  }

  render({ children }, { fault }) {
    if (!fault) return children
    return html`<${Bar} title=${t('app.name')} isHome=${true} />
      <main id="main" class="page">
        <${Problem} error=${{ code: 'page_fault' }} onRetry=${() => location.reload()} />
      </main>`
  }
}

function App() {
  const { page, id } = route.value
  useEffect(() => scrollTo(0, 0), [page, id, session.value === null])
  return html`
    <a class="skip" href="#main">${t('app.skip')}</a>
    <${Guard}><${Screen} /><//>
    <div class="unseen" role="status" aria-live="polite">${spoken.value}</div>
  `
}

addEventListener('beforeunload', (event) => {
  if (hasUnkept()) event.preventDefault()
})
startSpeaking()
startTicking()
startRouting()
startArrivals()
// A fault of the network or a crash must never ask for anything in the middle of a class.
startIdleLock(() => isClassLive() || hasUnkept())
startSweeping()
loadSession()
render(html`<${App} />`, document.getElementById('app'))
