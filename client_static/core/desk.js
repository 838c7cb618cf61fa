// What the teacher has before them: the lanes of questions, the one in the panel, and the ways through them by key. The keys
// act on the question in the panel, the largest on the page, and on no other.
import { computed, effect, signal } from '@preact/signals-core'

import { groupsOf, lanesOf, partnersOf, standingOf, suggestionsOf } from './board.js'

/** Lanes in which a question may be looked at; those put aside only when somebody chose them there. */
const LANES = ['mine', 'waiting', 'askedBack', 'deferred']
const ASIDE = new Set(['askedBack', 'deferred'])
const NOWHERE = { id: null, lane: null, index: 0, place: 0, awaited: null }

/**
 * Where the panel stands after the lanes changed: `{id, lane, index, place, awaited}`. A question is held fast by its id,
 * so that none that jumps the queue slips under the finger that is about to claim. When it goes, or is put aside, the
 * next one at its place follows. `place` is where the reading of the queue goes on; `awaited` was asked for and is
 * looked at as soon as it is there.
 */
export function settled(at, lanes) {
  const awaited = placeOf(lanes, at.awaited)
  if (awaited && !ASIDE.has(awaited.lane)) return stood(at, awaited, null)
  const found = placeOf(lanes, at.id)
  const wasPutAside = found && at.lane && at.lane !== found.lane && ASIDE.has(found.lane)
  if (found && !wasPutAside) return stood(at, found)
  const { waiting, mine } = lanes
  const same = lanes[at.lane] ?? []
  const next = same[Math.min(at.index, same.length - 1)] ?? mine[0] ?? waiting[Math.min(at.place, waiting.length - 1)]
  return next ? stood(at, placeOf(lanes, next.question_id)) : { ...NOWHERE, place: at.place, awaited: at.awaited }
}

const stood = (at, found, awaited = at.awaited) => ({
  ...found,
  place: found.lane === 'waiting' ? found.index : at.place,
  awaited,
})

function placeOf(lanes, id) {
  if (!id) return null
  for (const lane of LANES) {
    const index = lanes[lane].findIndex((question) => question.question_id === id)
    if (index >= 0) return { id, lane, index }
  }
  return null
}

export function createDesk({ questions, pairs, personId }) {
  const at = signal(NOWHERE)
  const lanes = computed(() => lanesOf(questions.value, personId))
  const views = computed(() => new Map(questions.value.map((question) => [question.question_id, question])))
  const here = computed(() => settled(at.value, lanes.value))
  const current = computed(() => lanes.value[here.value.lane]?.[here.value.index] ?? null)
  const toClaim = signal(null)
  const stop = effect(() => {
    const now = here.value
    if (Object.keys(now).some((name) => now[name] !== at.peek()[name])) at.value = now
  })

  return {
    lanes,
    groups: computed(() => groupsOf(questions.value)),
    suggestions: computed(() => suggestionsOf(pairs.value, questions.value, personId)),
    current,
    stop,
    view: (id) => views.value.get(id) ?? null,
    partners: (question) => partnersOf(question, questions.value, personId),
    standing: (question) => standingOf(question, personId),
    /** Look at this one, wherever it stands. */
    choose(id) {
      toClaim.value = null
      at.value = { ...here.peek(), id, lane: null, awaited: null }
    },
    /** An answer was tried on what nobody has claimed: the panel says so until it is claimed or left. */
    askToClaim: () => (toClaim.value = current.peek()?.question_id ?? null),
    isToClaim: (question) => toClaim.value === question.question_id && standingOf(question, personId) === 'waiting',
    /** Look at this one as soon as it waits again. */
    await: (id) => (at.value = { ...here.peek(), awaited: id }),
    /** The waiting question so many places on; from elsewhere, first the one where the reading stopped. */
    stepped(by) {
      const { waiting } = lanes.value
      const { lane, index, place } = here.value
      const to = lane === 'waiting' ? index + by : place
      return waiting[Math.min(Math.max(to, 0), waiting.length - 1)] ?? null
    },
    /** The next of those in hand, round and round; from elsewhere, the first. */
    turned(by) {
      const { mine } = lanes.value
      const { lane, index } = here.value
      return mine[lane === 'mine' ? (index + by + mine.length) % mine.length : 0] ?? null
    },
    firstOf: (siteId) => lanes.value.waiting.find((question) => question.site_id === siteId) ?? null,
  }
}
