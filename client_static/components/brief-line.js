// What today is, in a line on the room's screen, with the way to the whole brief. It stays on the page when the link is
// lost: what to do then stands above all else.
import { api } from '../core/api.js'
import { html } from '../core/html.js'
import { useLoaded } from '../core/loaded.js'
import { briefPath } from '../core/router.js'
import { t } from '../core/text.js'
import { Mark } from './pill.js'

const REFRESH_MS = 120_000

/** The class's brief, as it was read last; null: there is none. */
export function useBrief(id) {
  const [brief] = useLoaded(() => api.brief(id), REFRESH_MS, id)
  return brief?.version ? brief : null
}

export const BriefLine = ({ id, brief }) => html`<p class="brief-line">
  <span dir="auto"><b>${t('brief.line')}</b> ${brief.today.split('\n', 1)[0]}</span>
  <a class="btn big" href=${briefPath(id)}>${t('brief.open')}</a>
</p>`

export const LinkDies = ({ brief }) => html`<section class="notice info" aria-label=${t('brief.link_dies')}>
  <${Mark} name="info" />
  <div class="notice-text"><b>${t('brief.link_dies')}</b><span class="said" dir="auto">${brief.link_dies}</span></div>
</section>`
