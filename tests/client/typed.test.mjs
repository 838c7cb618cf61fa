// A browser writes what stands in a form's fields into its own session files, in plain, to fill them again after a crash.
// What is typed here is a child's question or name: it is kept sealed by the outbox and the drafts, and by nobody else.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

const CLIENT = new URL('../../client_static/', import.meta.url)
const FIELD = /<(?:textarea|input)\b[^]*?\/>/g
/** A choice or a time says nothing that anybody wrote. */
const HOLDS_NO_WORDS = /type="(?:radio|checkbox|date|time|datetime-local|range|number)"|\breadonly\b/

const left = (source) => source.match(FIELD)?.filter((field) => !HOLDS_NO_WORDS.test(field) && !/\bautocomplete=/.test(field)) ?? []

for (const folder of ['components', 'pages']) {
  for (const name of readdirSync(new URL(folder, CLIENT))) {
    test(`${folder}/${name}: the browser keeps nothing that is typed`, () => {
      assert.deepEqual(left(readFileSync(new URL(`${folder}/${name}`, CLIENT), 'utf8')), [])
    })
  }
}

test('a field that the browser would keep is found', () => {
  assert.equal(left('html`<textarea ref=${a} onInput=${(e) => f(e)} />`').length, 1)
  assert.equal(left('html`<input type="search" value=${a} />`').length, 1)
  assert.equal(left('html`<input type="radio" /><textarea autocomplete="off" />`').length, 0)
})
