// The dialog that is open, about the question that was in the panel when it opened: what changes meanwhile on the board
// does not change under the person's hand.
import { useState } from 'preact/hooks'

import { leftovers } from '../core/board.js'
import { html } from '../core/html.js'
import { isEarly, missingFrom } from '../core/readiness.js'
import { serverInstant } from '../core/time.js'
import { isOwedBack } from '../core/way-back.js'
import { AnnounceDialog } from './announce-dialog.js'
import { CallDialog } from './call-dialog.js'
import { CatchUpDialog } from './catch-up-dialog.js'
import { DeclineDialog } from './decline-dialog.js'
import { EndDialog } from './end-dialog.js'
import { HelpDialog } from './help-dialog.js'
import { MergeDialog } from './merge-dialog.js'
import { RepeatDialog } from './repeat-dialog.js'
import { StartDialog } from './start-dialog.js'

export function TeacherDialog({ kind, meeting, desk, acts, room, onClose }) {
  const [question] = useState(() => desk.current.peek())
  const names = meeting.names.value
  const rooms = meeting.rooms.value
  const questions = meeting.questions.value
  const site = question && names.site(question.site_id)
  const id = question?.question_id
  const done = (act) => (...given) => {
    onClose()
    act(...given)
  }
  if (kind === 'help') return html`<${HelpDialog} onClose=${onClose} />`
  if (kind === 'call') {
    const onCall = done(acts.callOn)
    return html`<${CallDialog} ...${{ rooms, names, question, room, onCall, onClose }} />`
  }
  if (kind === 'announce') {
    const onAnnounce = done(acts.announce)
    return html`<${AnnounceDialog} ...${{ rooms, names, room, onAnnounce, onClose }} />`
  }
  if (kind === 'end') {
    const onWayBack = questions.filter(isOwedBack).length
    const open = leftovers(questions)
    const onEnd = done(acts.endClass)
    const shown = { rooms, names, open, onWayBack, groups: desk.groups.value, meeting: meeting.meeting.value }
    return html`<${EndDialog} ...${{ ...shown, onEnd, onClose }} />`
  }
  if (kind === 'start') {
    const missing = missingFrom(meeting.meeting.value, rooms, meeting.catchUps.value, serverInstant())
    const early = isEarly(meeting.meeting.value, serverInstant()) ? meeting.meeting.value : null
    return html`<${StartDialog} ...${{ missing, early, names, onStart: done(acts.startClass), onClose }} />`
  }
  if (kind.catchUp !== undefined) {
    const planned = meeting.catchUps.value.filter((one) => one.status === 'open').map((one) => one.site_id)
    const siteIds = rooms.map((one) => one.site_id).filter((siteId) => !planned.includes(siteId))
    return html`<${CatchUpDialog} plan=${kind.catchUp} ...${{ siteIds, names, acts, room, onClose }} />`
  }
  if (!question) return null
  if (kind === 'merge') {
    const partners = desk.partners(question)
    const onMerge = done((one) => acts.merge(one.question.question_id, one.into.question_id))
    return html`<${MergeDialog} ...${{ question, partners, names, onMerge, onClose }} />`
  }
  if (kind === 'repeat') {
    const onAsk = done((note) => acts.askBack(id, note))
    return html`<${RepeatDialog} ...${{ question, site, onAsk, onClose }} />`
  }
  const onDecline = done((reason, note) => acts.decline(id, reason, note))
  return html`<${DeclineDialog} ...${{ question, site, onDecline, onClose }} />`
}
