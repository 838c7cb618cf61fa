// Where the class is seen and heard: an ordinary link of another house. Nothing of it is fetched, and it learns neither
// whence nor by whom it was followed.
import { html } from '../core/html.js'
import { t } from '../core/text.js'

/** `meeting`: the meeting's view. Nothing once the class is over, or where it has none. */
export function VideoLink({ meeting }) {
  const { video, status } = meeting
  if (!video || status === 'ended' || status === 'reconciled') return null
  return html`<a class="btn video" href=${video.url} target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer">
    ${video.provider ? t('video.at', { provider: video.provider }) : t('video.open')}<span class="unseen"> ${t('video.newTab')}</span>
  </a>`
}
