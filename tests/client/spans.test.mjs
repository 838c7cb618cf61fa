// Spans of the record, added up.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { lasted } from '../../client_static/core/spans.js'

const span = (from_at, to_at) => ({ from_at, to_at })

test('how long spans are in all, up to now where one goes on', () => {
  assert.equal(lasted([span(10, 20), span(30, null)], 45), 25)
  assert.equal(lasted([span(50, null)], 45), 0)
})
