// One room of a meeting as its supervisor's screen shows it: what the record says and what is still on its way there.
import { toReach, toReadOut } from './announcements.js'
import { pendingOn } from './commands.js'
import { callsOn, isOwed, roomOver, roomToDo, roomUnderWay } from './our-questions.js'
import { recentAskers, sharedByOthers } from './questions.js'

/** All that the screen shows of one room. Reads the meeting's signals. */
export function roomOf(meeting, siteId) {
  const questions = meeting.questions.value
  const entries = meeting.live.commands.entries.value
  const asks = entries.filter((entry) => isUnseenAsk(entry, siteId, questions))
  // What waits for the link is out of one's hands: it must not stand before what is next.
  const isSaved = (question) => pendingOn(entries, question.question_id)?.state === 'saved'
  const toDo = roomToDo(questions, siteId)
  const saved = toDo.filter(isSaved)
  const underWay = [...saved, ...roomUnderWay(questions, siteId)]
  const own = questions.filter((question) => question.site_id === siteId)
  const asked = asks.findLast((entry) => entry.data.student_id)?.data.student_id
  return {
    refusedAsks: asks.filter((entry) => entry.state === 'refused'),
    refused: entries.filter((entry) => entry.state === 'refused').length,
    unsent: asks.filter((entry) => entry.state !== 'refused').reverse(),
    toDo: toDo.filter((question) => !isSaved(question)),
    underWay,
    over: roomOver(questions, siteId),
    isEmpty: own.length + asks.length === 0,
    waiting: own.filter(isOwed).length,
    putOff: own.filter((question) => question.status === 'deferred').length,
    told: toReadOut(meeting.announcements.value, siteId),
    untold: toReach(meeting.announcements.value, siteId),
    calls: callsOn(meeting.calls.value, siteId),
    plans: meeting.catchUps.value.filter((plan) => plan.site_id === siteId),
    shared: sharedByOthers(questions, meeting.siteIds.value).filter((question) => question.status !== 'withdrawn'),
    lastAsker: asked ?? recentAskers(questions, siteId)[0] ?? null,
    figures: meeting.rooms.value.find((one) => one.site_id === siteId) ?? { waiting_since: null },
  }
}

/** What the card of a question, or of a call, needs beside the question or the call. */
export function aboutOf(meeting, { acts, isLive, siteId }) {
  const names = meeting.names.value
  const { commands } = meeting.live
  const entries = commands.entries.value
  const questions = new Map(meeting.questions.value.map((question) => [question.question_id, question]))
  const find = (id) => questions.get(id) ?? null
  return {
    names,
    commands,
    question: (question) => ({
      ...{ question, names, acts, commands, isLive },
      lead: find(question.merged_into),
      entry: entryToShow(entries, question),
    }),
    /** A question that was asked here, wherever it has come to. */
    ask: (id) => ({ question: find(id), entry: entries.findLast((entry) => entry.data.question_id === id) }),
    announcement: (announcement) => ({
      ...{ announcement, commands },
      entry: entries.findLast((one) => one.name === 'announcement.read_out' && isOfRoom(one, announcement, siteId)),
      onReadOut: () => acts.readOut(announcement, siteId),
    }),
    plan: (plan) => ({
      ...{ plan, commands },
      entry: entries.findLast((entry) => entry.data.plan_id === plan.plan_id),
      minutes: Math.round((meeting.meeting.value.ends_at - meeting.meeting.value.starts_at) / 60_000),
      onCarryOut: acts.carryOut,
    }),
    call: (call) => ({
      ...{ call, names, commands },
      question: find(call.question_id),
      entry: entries.findLast((entry) => entry.data.call_id === call.call_id),
      onAnswer: acts.answerCall,
    }),
  }
}

const isOfRoom = ({ data }, { announcement_id: id }, siteId) => data.announcement_id === id && data.site_id === siteId

/** An ask of this room that the record does not show yet. */
const isUnseenAsk = (entry, siteId, questions) =>
  entry.name === 'question.relay' &&
  entry.data.site_id === siteId &&
  !questions.some((question) => question.question_id === entry.data.question_id)

/** A relay that the record already shows needs no note of its own. */
function entryToShow(entries, question) {
  const entry = pendingOn(entries, question.question_id)
  return entry?.name === 'question.relay' ? null : entry
}
