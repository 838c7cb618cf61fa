// Which page the address names. Plain paths and the History API; a link is an ordinary link that also works opened in a
// new tab, because the server answers every page's path with the same shell.
import { computed, signal } from '@preact/signals-core'

import { arrive } from './arrival.js'

const path = signal(globalThis.location?.pathname ?? '/')
const search = signal(globalThis.location?.search ?? '')

const ROUTES = [
  [/^\/$/, () => ({ page: 'home' })],
  [/^\/schedule\/?$/, () => ({ page: 'schedule' })],
  [/^\/sign-in\/?$/, () => ({ page: 'door' })],
  [/^\/meetings\/([^/]+)\/brief\/?$/, (id) => ({ page: 'brief', id: decodeURIComponent(id) })],
  [/^\/meetings\/([^/]+)\/report\/?$/, (id) => ({ page: 'report', id: decodeURIComponent(id) })],
  [/^\/meetings\/([^/]+)\/?$/, (id) => ({ page: 'meeting', id: decodeURIComponent(id) })],
]

/** The route of a path; an unknown path is `{page: 'lost'}`. */
export function routeOf(pathname) {
  for (const [pattern, make] of ROUTES) {
    const found = pattern.exec(pathname)
    if (found) return madeOf(make, found) ?? { page: 'lost' }
  }
  return { page: 'lost' }
}

/** An address that cannot be decoded ("/meetings/%") leads nowhere. */
function madeOf(make, found) {
  try {
    return make(...found.slice(1))
  } catch {
    return null
  }
}

/** Where the sign-in page should lead: the page that was asked for, if it is one of ours, else home. */
export function nextOf(search) {
  const next = new URLSearchParams(search).get('next') ?? '/'
  return ['home', 'schedule', 'meeting', 'brief', 'report'].includes(routeOf(next.split('?')[0]).page) ? next : '/'
}

export const route = computed(() => routeOf(path.value))

/** What stands behind the address's `?`. */
export const query = computed(() => new URLSearchParams(search.value))

export const meetingPath = (id) => `/meetings/${encodeURIComponent(id)}`
/** The class with one of its rooms opened. */
export const roomPath = (id, siteId) => `${meetingPath(id)}?room=${encodeURIComponent(siteId)}`
export const briefPath = (id) => `${meetingPath(id)}/brief`
export const reportPath = (id) => `${meetingPath(id)}/report`

export function go(address, { isInstead = false } = {}) {
  if (address === location.pathname + location.search) return
  if (isInstead) history.replaceState(null, '', address)
  else history.pushState(null, '', address)
  move()
}

/** Another query is the same page with something else opened on it: the focus stays where it is. */
function move() {
  if (location.pathname !== path.value) arrive()
  path.value = location.pathname
  search.value = location.search
}

/** Take over plain clicks on our own links, and the browser's back and forward. */
export function startRouting() {
  addEventListener('popstate', move)
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]')
    const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
    if (!link || event.defaultPrevented || event.button !== 0 || modified || link.target) return
    if (link.origin !== location.origin || routeOf(link.pathname).page === 'lost') return
    // Within the page ("Skip to the content") the browser leads.
    if (link.hash && link.pathname === location.pathname) return
    event.preventDefault()
    go(link.pathname + link.search)
  })
}
