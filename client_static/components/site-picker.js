// Which of one's rooms this tablet is in now.
import { html } from '../core/html.js'
import { t } from '../core/text.js'

export const SitePicker = ({ siteIds, siteId, names, pick }) => html`
  <fieldset class="seg">
    <legend class="unseen">${t('supervisor.room')}</legend>
    ${siteIds.map(
      (id) => html`<label key=${id}>
        <input type="radio" name="site" checked=${id === siteId} onChange=${() => pick(id)} />
        <span>${names.site(id)}</span>
      </label>`,
    )}
  </fieldset>
`
