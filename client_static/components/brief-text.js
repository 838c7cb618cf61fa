// The lesson brief as it is read: four short texts, and what to open.
import { html } from '../core/html.js'
import { t } from '../core/text.js'

/** The four texts, in the order in which they are read. */
export const PARTS = ['today', 'hand_out', 'watch_for', 'link_dies']

export const BriefText = ({ brief }) => html`
  <div class="brief-parts">
    ${PARTS.filter((part) => brief[part]).map(
      (part) => html`<section key=${part} class=${`brief-part ${part}`} aria-label=${t(`brief.${part}`)}>
        <h2>${t(`brief.${part}`)}</h2>
        <p class="said" dir="auto">${brief[part]}</p>
      </section>`,
    )}
    ${brief.materials.length > 0 &&
    html`<section class="brief-part" aria-label=${t('brief.materials')}>
      <h2>${t('brief.materials')}</h2>
      <ul role="list">
        ${brief.materials.map(
          ({ title, url }) => html`<li key=${url}>
            <a href=${url} target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer" dir="auto">${title}</a>
            <span class="unseen"> ${t('video.newTab')}</span>
          </li>`,
        )}
      </ul>
    </section>`}
  </div>
`
