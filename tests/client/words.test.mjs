// No word on the screens bypasses the catalogue, every key that is used exists, and every key that exists is used.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'

import { t, why } from '../../client_static/core/text.js'
import en from '../../client_static/locales/en.js'

const CLIENT = new URL('../../client_static/', import.meta.url)
const sources = ['core', 'components', 'pages'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, CLIENT))
    .filter((name) => name.endsWith('.js'))
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(new URL(`${folder}/${name}`, CLIENT), 'utf8') })),
)

/** The html`…` templates of a source with their ${holes} emptied, nested templates included as templates of their own. */
function templates(source) {
  const found = []
  for (let at = source.indexOf('html`'); at >= 0; at = source.indexOf('html`', at + 5)) found.push(readTemplate(source, at + 5))
  return found
}

function readTemplate(source, start) {
  let text = ''
  for (let i = start; i < source.length; i++) {
    if (source[i] === '`') return text
    if (source.startsWith('${', i)) {
      i = skipHole(source, i + 2)
      text += '${}'
    } else text += source[i]
  }
  throw new Error('a template without an end')
}

function skipHole(source, start) {
  for (let depth = 1, i = start; i < source.length; i++) {
    if (source[i] === '`') i = skipTemplate(source, i + 1)
    else if (source[i] === "'") i = source.indexOf("'", i + 1)
    else if (source[i] === '{') depth++
    else if (source[i] === '}' && --depth === 0) return i
  }
  throw new Error('a hole without an end')
}

function skipTemplate(source, start) {
  for (let i = start; i < source.length; i++) {
    if (source[i] === '`') return i
    if (source.startsWith('${', i)) i = skipHole(source, i + 2)
  }
  throw new Error('a template without an end')
}

const SHOWN_ATTRIBUTES = /\s(?:aria-label|title|placeholder|alt|aria-description)="[^"$]*\p{L}/u

test('no template holds words of its own', () => {
  for (const { name, text } of sources) {
    for (const template of templates(text)) {
      const outside = template.replace(/<[^>]*>/g, ' ').replaceAll('${}', ' ').replace(/&\w+;/g, ' ')
      assert.doesNotMatch(outside, /\p{L}{2}/u, `${name}: ${outside.trim()}`)
      assert.doesNotMatch(template, SHOWN_ATTRIBUTES, name)
    }
  }
})

test('every key that is asked for exists', () => {
  for (const { name, text } of sources) {
    for (const [, key] of text.matchAll(/\bt\(\s*'([^']+)'/g)) assert.ok(key in en, `${name} asks for ${key}`)
  }
})

test('every key that exists is asked for', () => {
  const all = sources.map(({ text }) => text).join('\n')
  const built = [...all.matchAll(/`([a-zA-Z.]+\.)\$\{/g)].map(([, prefix]) => prefix)
  for (const key of Object.keys(en)) {
    const isBuilt = built.some((prefix) => key.startsWith(prefix))
    assert.ok(isBuilt || all.includes(`'${key}'`), `nothing asks for ${key}`)
  }
})

test('holes are filled and plurals chosen', () => {
  assert.equal(t('board.count', { n: 3 }), '3 waiting')
  assert.equal(t('home.waiting', { n: 0 }), 'no question waits')
  assert.equal(t('home.waiting', { n: 1 }), '1 question waits')
  assert.equal(t('home.waiting', { n: 2 }), '2 questions wait')
  assert.equal(t('ask.nobody', { sought: '{n} <b>' }), 'Nobody here is called “{n} <b>”.')
})

test('an error without words of ours is told in the server’s', () => {
  assert.equal(why({ code: 'busy', message: 'x' }), 'The server is busy. Try again in a moment.')
  assert.equal(why({ code: 'brand_new', message: 'the moon is full' }), 'The moon is full.')
  assert.equal(why({ code: 'brand_new' }), 'Something went wrong. Try again.')
})

test('nothing takes markup from data', () => {
  for (const { name, text } of sources) {
    const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name)
    assert.doesNotMatch(code, /\sstyle=/, `${name}: an inline style`)
  }
})
