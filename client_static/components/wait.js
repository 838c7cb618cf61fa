// How long something has waited, ticking by itself: the only part of a row that renders each second.
import { html } from '../core/html.js'
import { asWait, serverNow } from '../core/time.js'

export const Wait = ({ since }) => html`<span class="wait">${asWait(serverNow() - since)}</span>`
