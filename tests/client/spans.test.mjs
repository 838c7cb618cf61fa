// When a room stood without an adult is what its adults' spans leave of the class.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { gaps, lasted } from '../../client_static/core/spans.js'

const span = (from_at, to_at) => ({ from_at, to_at })

for (const [name, spans, left] of [
  ['nobody was there', [], [span(10, 50)]],
  ['somebody from before to after', [span(0, 60)], []],
  ['somebody who still is', [span(5, null)], []],
  ['came late and left early', [span(20, 40)], [span(10, 20), span(40, 50)]],
  ['handed over without a gap', [span(30, 50), span(10, 30)], []],
  ['two together, and then nobody', [span(10, 30), span(15, 25)], [span(30, 50)]],
  ['came only after the class', [span(60, 70)], [span(10, 50)]],
  ['left before the class', [span(1, 5)], [span(10, 50)]],
  ['left and came back', [span(10, 20), span(35, null)], [span(20, 35)]],
]) {
  test(`what is left where ${name}`, () => assert.deepEqual(gaps(spans, 10, 50), left))
}

test('how long spans are in all, up to now where one goes on', () => {
  assert.equal(lasted([span(10, 20), span(30, null)], 45), 25)
  assert.equal(lasted([span(50, null)], 45), 0)
})
