// Single-key shortcuts. They stay silent while somebody types, while a dialog is open and while they are switched off
// (WCAG 2.1.4); a switch that is remembered on this device.
import { signal } from '@preact/signals-core'

const REMEMBERED = 'longroom.keys'

export const keysOn = signal(read() !== 'off')

export function switchKeys(isOn) {
  keysOn.value = isOn
  try {
    localStorage.setItem(REMEMBERED, isOn ? 'on' : 'off')
  } catch {
    // A browser that keeps nothing keeps the switch for this page only.
  }
}

/** Listen for `{key: act}` until the returned function is called. `always` keys work even while the rest are off. */
export function listen(map, always = []) {
  const pressed = (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    if (document.querySelector('dialog[open]')) return
    const act = map[event.key] ?? map[event.key.toLowerCase()]
    if (!act || !(keysOn.value || always.includes(event.key))) return
    event.preventDefault()
    act()
  }
  document.addEventListener('keydown', pressed)
  return () => document.removeEventListener('keydown', pressed)
}

function isTyping(element) {
  if (!(element instanceof HTMLElement)) return false
  if (element.isContentEditable || element.matches('textarea, select')) return true
  return element.matches('input') && !element.matches('[type=checkbox], [type=radio], [type=button]')
}

function read() {
  try {
    return localStorage.getItem(REMEMBERED)
  } catch {
    return null
  }
}
