// The keys of the teacher's console, and the switch that turns them off.
import { html } from '../core/html.js'
import { keysOn, switchKeys } from '../core/keys.js'
import { t } from '../core/text.js'
import { Dialog } from './dialog.js'

const KEYS = [
  ['j', 'help.next'],
  ['k', 'help.previous'],
  ['c', 'help.claim'],
  ['a', 'help.answered'],
  ['m', 'help.merge'],
  ['d', 'help.defer'],
  ['r', 'help.repeat'],
  ['s', 'help.call'],
  ['n', 'help.announce'],
  ['h · l', 'help.turn'],
  ['u', 'help.undo'],
  ['1 – 9', 'help.room'],
  ['?', 'help.help'],
]

export const HelpDialog = ({ onClose }) => html`
  <${Dialog} title=${t('help.title')} onClose=${onClose}>
    <dl class="keys">
      ${KEYS.map(([key, words]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(words)}</dd></div>`)}
    </dl>
    <p class="small mute">${t('help.which')} ${t('help.typing')}</p>
    <label class="check">
      <input type="checkbox" checked=${keysOn.value} onChange=${(event) => switchKeys(event.target.checked)} />
      <span>${t('help.switch')}</span>
    </label>
    <div class="dialog-ways"><button class="btn primary big" onClick=${onClose}>${t('help.close')}</button></div>
  <//>
`
