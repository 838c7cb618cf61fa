// Ending a class is for everybody and for good: it is confirmed, with what would be left open.
import { html } from '../core/html.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'

export const EndDialog = ({ rooms, waiting, onWayBack, onEnd, onClose }) => html`
  <${Dialog} title=${t('end.title', { n: rooms })} onClose=${onClose}>
    <p>${t('end.final')}</p>
    ${waiting > 0 && html`<p>${t('end.waiting', { n: waiting })}</p>`}
    ${onWayBack > 0 && html`<p>${t('end.onWayBack', { n: onWayBack })}</p>`}
    <div class="dialog-ways">
      <button class="btn big" autofocus onClick=${onClose}>${t('end.keep')}</button>
      <button class="btn big danger" onClick=${onEnd}>${t('end.submit')}</button>
    </div>
  <//>
`
