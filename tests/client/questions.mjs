// Question views for the tests, as docs/protocol.md §3 gives them to a teacher.
export const question = (id, more = {}) => ({
  question_id: id, site_id: 'pine', status: 'queued', urgency: 'normal', received_at: 1_000, waiting_since: 1_000, stuck: 0,
  version: 1, order: [1, 1, 0, 1_000], text: id, answers: [], student_id: 's1', relayed_by: 'r', verbatim: true,
  shareable: false, asked_at: 1_000, seen_at: null, claimed_by: null, claimed_at: null, due_at: null, restated: 0,
  closed_reason: null, asked_back: null, declined: null, appeal: null, merged_into: null, is_together: false, followers: [],
  ...more,
})

export const answer = (more = {}) => ({
  form: 'spoken_to_all', text: null, by: 't', at: 5_000, delivered_at: null, confirmed_at: null, stuck_at: null, ...more,
})

export const ids = (questions) => questions.map((one) => one.question_id)
