// Taking a question back is for good, so it is asked first; more so when the teacher has it in hand.
import { useEffect, useRef } from 'preact/hooks'

import { html } from '../core/html.js'
import { t } from '../core/text.js'

export function TakeBack({ isInHand, onTakeBack, onKeep }) {
  const keep = useRef(null)
  // On the harmless one: a second tap in the same place must not take it back.
  useEffect(() => keep.current.focus({ preventScroll: true }), [])
  const words = t(isInHand ? 'takeBack.inHand' : 'takeBack.ask')
  return html`
    <div class="ways" role="group" aria-label=${words}>
      <p class="ways-words">${words}</p>
      <button ref=${keep} class="btn big" onClick=${onKeep}>${t('takeBack.keep')}</button>
      <button class="btn big danger" onClick=${onTakeBack}>${t('takeBack.submit')}</button>
    </div>
  `
}
