// Taking back what was done a moment ago, where that is honest: a claim is put back, a merged question taken out, one that
// was put off asked for again. An answer has been spoken: there is no undo of it.
import { signal } from '@preact/signals-core'

/** This long the way back is offered. It stays open elsewhere: put back, take out, reopen. */
export const UNDO_SECONDS = 10

const WORD = { 'question.claim': 'claimed', 'question.merge': 'merged', 'question.defer': 'deferred' }
/** The status that the act has left; in any other, somebody has gone on meanwhile and there is nothing to take back. */
const LEFT = { claimed: ['claimed', 'answering'], merged: ['merged'], deferred: ['deferred'] }

/**
 * The commands that restore what was there before, in order, or null where nothing would: `before` is the question as it
 * was, `isMine` whether it was in this teacher's hand, `followers` the ids of those that followed it.
 */
export function stepsBack(name, before, isMine = false, followers = []) {
  const step = (command, data = {}) => [command, { question_id: before.question_id, ...data }]
  const inHand = !isMine ? [] : [step(before.status === 'answering' ? 'question.begin' : 'question.claim')]
  if (name === 'question.claim') return [step('question.release')]
  if (name === 'question.merge') {
    const back = followers.flatMap((id) => [
      ['question.unmerge', { question_id: id }],
      ['question.merge', { question_id: id, into: before.question_id }],
    ])
    return [step('question.unmerge'), ...back, ...inHand]
  }
  // Reopened, a question waits: that it was asked back would have to be asked anew.
  if (name === 'question.defer' && before.status !== 'asked_back') return [step('question.reopen'), ...inHand]
  return null
}

/** Whether what was done still stands as it was left. */
export const stillStands = (done, question, isLive) =>
  Boolean(question) && LEFT[done.word].includes(question.status) && (done.word !== 'deferred' || isLive)

/**
 * The one offer at a time. `expect` is told what was sent; once the server has it, the offer stands for ten seconds, and
 * longer while somebody has it under the hand (`hold`).
 */
export function createUndo({ every = setInterval, stop = clearInterval } = {}) {
  /** `{word, question_id, text, steps, left}` or null. */
  const offer = signal(null)
  let expected = null
  let timer = null
  let isHeld = false

  function end() {
    stop(timer)
    timer = null
    isHeld = false
    offer.value = null
  }
  function begin(done) {
    end()
    offer.value = { ...done, left: UNDO_SECONDS }
    timer = every(() => {
      if (isHeld || !offer.value) return
      const left = offer.value.left - 1
      if (left <= 0) end()
      else offer.value = { ...offer.value, left }
    }, 1_000)
  }
  return {
    offer,
    expect(commandId, name, question_id, steps, about = {}) {
      end()
      expected = steps && { commandId, word: WORD[name], question_id, steps, ...about }
    },
    /** The commands that are not settled yet: what has left them is in the record that the page shows. */
    settle(entries) {
      if (!expected) return null
      const entry = entries.find((one) => one.command_id === expected.commandId)
      if (entry && entry.state !== 'refused') return null
      const { commandId, ...done } = expected
      expected = null
      if (entry?.state === 'refused') return null
      begin(done)
      return done
    },
    hold: (on) => (isHeld = on),
    end,
    /** Take the offer: its steps, once. */
    take() {
      const steps = offer.value?.steps ?? null
      end()
      return steps
    },
  }
}
