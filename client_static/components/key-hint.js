// The key that does the same as a button, on the button: for eyes only, and only while keys are on.
import { html } from '../core/html.js'
import { keysOn } from '../core/keys.js'

export const KeyHint = ({ of: key }) => keysOn.value && html`<kbd aria-hidden="true">${key}</kbd>`
