// Everything that a teacher can do in class, each a command or a few. Gestures (keys, buttons, dialogs) call these and know
// no rules; what cannot be done now is left undone.
import { firstWords } from './board.js'
import { uuid7 } from './ids.js'
import { stepsBack } from './undo.js'

const UNDER_WAY = new Set(['saved', 'sending', 'sent'])

/** The newest unsettled command on a question. A call on a student that speaks of it is another matter. */
export const entryOn = (entries, questionId) =>
  entries.findLast(
    (entry) => entry.data.question_id === questionId && entry.name.startsWith('question.') && !entry.about.silent,
  ) ?? null

export const isUnderWay = (entry) => Boolean(entry) && UNDER_WAY.has(entry.state)

/** `handOver()` is told when the button that was pressed is about to go with its row or form. */
export function createActs({ live, desk, undo, drafts, handOver }) {
  const { commands } = live
  const currentId = () => desk.current.value?.question_id
  const entryFor = (id) => entryOn(commands.entries.value, id)

  /** One command on a question, unless one is under way; a refused one makes room. Returns its id, or null. */
  function act(name, id, data = {}) {
    const held = id && entryFor(id)
    if (!id || isUnderWay(held)) return null
    if (held) commands.take(held.command_id)
    handOver()
    return live.submit(name, { question_id: id, ...data })
  }
  /** The same, with the way back offered once the server has it. */
  function actUndoable(name, id, data) {
    const before = desk.view(id)
    if (!before) return
    const isMine = desk.lanes.value.mine.includes(before)
    const followers = (desk.groups.value.get(id) ?? []).map((one) => one.question_id)
    const commandId = act(name, id, data)
    if (!commandId) return
    undo.expect(commandId, name, id, stepsBack(name, before, isMine, followers), { text: firstWords(before.text, 28) })
  }

  function claim(id = currentId()) {
    const question = id && desk.view(id)
    if (!question) return
    const standing = desk.standing(question)
    if (standing === 'claimed') return act('question.begin', id)
    if (standing !== 'waiting') return
    desk.choose(id)
    actUndoable('question.claim', id)
  }
  function merge(id, into) {
    actUndoable('question.merge', id, { into })
    // The answer is given to the lead, so that is what the panel shows next.
    desk.choose(into)
  }
  return {
    claim,
    merge,
    /** Merges as was suggested; true where there was something to do so. */
    mergeAsSuggested(id = currentId()) {
      const found = desk.suggestions.value.get(id)
      if (found) merge(found.question.question_id, found.into.question_id)
      return Boolean(found)
    },
    /** Whether something that was done with the question in the panel is still on its way. */
    isSending: () => isUnderWay(entryFor(currentId())),
    unmerge: (id) => act('question.unmerge', id),
    release: (id) => act('question.release', id),
    defer(id = currentId(), due = null) {
      const question = id && desk.view(id)
      const may = ['waiting', 'claimed', 'answering', 'asked_back']
      if (question && may.includes(desk.standing(question))) actUndoable('question.defer', id, due ? { due_at: due } : {})
    },
    reopen(id) {
      if (act('question.reopen', id)) desk.await(id)
    },
    askBack: (id, note) => act('question.ask_back', id, note.trim() ? { note: note.trim() } : {}),
    decline: (id, reason, note) => act('question.decline', id, { reason, ...(note.trim() ? { note: note.trim() } : {}) }),
    /** Sends what was drafted. Returns the key of what is missing, in words, or null. */
    answer(id) {
      if (isUnderWay(entryFor(id))) return null
      const isOwed = desk.view(id)?.status === 'deferred'
      const { form, text } = { form: 'spoken_to_all', text: '', ...drafts.value[id], ...(isOwed ? { form: 'written' } : {}) }
      if (form === 'written' && !text.trim()) return 'answer.needsText'
      if (undo.offer.value?.question_id === id) undo.end()
      act('question.answer', id, { form, ...(text.trim() ? { text } : {}) })
      return null
    },
    undo() {
      const done = undo.offer.value
      const steps = undo.take()
      if (!steps) return false
      handOver()
      desk.await(done.question_id)
      for (const [name, data] of steps) live.submit(name, data)
      return true
    },
    callOn(siteId, studentId, questionId) {
      const about = questionId ? { question_id: questionId } : {}
      live.submit('student.call_on', { call_id: uuid7(), site_id: siteId, student_id: studentId, ...about })
    },
    announce: (text, siteIds) =>
      live.submit('announcement.make', { announcement_id: uuid7(), text, site_ids: siteIds }),
    withdrawAnnouncement: (id) => live.submit('announcement.withdraw', { announcement_id: id }),
    /** `plans`: `{site_id, kind, note}` for each room that the class begins without. */
    startClass: (plans) => live.submit('meeting.start', { without: plans.map((plan) => ({ plan_id: uuid7(), ...plan })) }),
    planCatchUp: (plan) => live.submit('catch_up.plan', { plan_id: uuid7(), ...plan }),
    reviseCatchUp: (plan_id, plan) => live.submit('catch_up.revise', { plan_id, ...plan }),
    dropCatchUp: (plan_id, reason) => live.submit('catch_up.drop', { plan_id, reason }),
    endCall: (callId) => live.submit('student.end_call', { call_id: callId }),
    /** The decisions on what is open, then the end itself: one that is refused is put off like any undecided one. */
    endClass(decisions) {
      for (const { name, id, data } of decisions) act(name, id, data)
      live.submit('meeting.end', {})
    },
    /** A refused answer back into its form; it is a draft on the disk before it ceases to be a command. */
    edit(entry) {
      const { question_id: id, form, text = '' } = entry.data
      if (form) drafts.write(id, { form, text })
      drafts.keepNow()
      commands.take(entry.command_id)
    },
    retry: (entry) => commands.retry(entry.command_id),
    drop: (entry) => commands.take(entry.command_id),
  }
}
