// No word on the screens bypasses the catalogues; every key that is used exists, every key that exists is used; English
// and Spanish say the same things; every code that the server may send has words.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { afterEach, test } from 'node:test'

import { spokenOf } from '../../client_static/core/language.js'
import { LANGUAGES, language, locale, t, why } from '../../client_static/core/text.js'
import en from '../../client_static/locales/en.js'
import es from '../../client_static/locales/es.js'
import { literalTexts, nodesOf, read, stringsOf } from './literal-text.mjs'

const ROOT = new URL('../../', import.meta.url)
const CLIENT = new URL('client_static/', ROOT)
const protocol = readFileSync(new URL('docs/protocol.md', ROOT), 'utf8')
const sources = ['core', 'components', 'pages'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, CLIENT))
    .filter((name) => name.endsWith('.js'))
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(new URL(`${folder}/${name}`, CLIENT), 'utf8') })),
)
const parsed = sources.map(({ name, text }) => ({ name, ...read(text) }))

afterEach(() => (language.value = 'en'))

// ── Nothing bypasses the catalogue ──────────────────────────────────────────────────────────────────────────────────

test('no module shows words of its own', () => {
  for (const { name, text } of sources) assert.deepEqual(literalTexts(text), [], name)
})

const BYPASSES = {
  'text in an element': 'html`<p>Good morning</p>`',
  'text beside a hole': 'html`<p>${n} waiting</p>`',
  'a single letter': 'html`<span>${n} s</span>`',
  'text at the top of a template': 'html`Hello`',
  'text in a nested template': "html`<ul>${rows.map((row) => html`<li>Row ${row}</li>`)}</ul>`",
  'text behind an arrow function’s brace': "html`<b onClick=${() => { go('`') }}>Now</b>`",
  'text behind an attribute with >': 'html`<b data-x="a > b">Now</b>`',
  'a string in a hole': "html`<p>${'Hello'}</p>`",
  'one way of a condition': "html`<p>${isLate ? t('a.b') : 'On time'}</p>`",
  'what a condition guards': "html`<p>${isLate && 'Too late'}</p>`",
  'a default': "html`<p>${name ?? 'Somebody'}</p>`",
  'a joined text': "html`<p>${'Room ' + n}</p>`",
  'a template literal': 'html`<p>${`Room ${n}`}</p>`',
  'what a list is made into': "html`<p>${rooms.map((room) => 'Room ' + room).join(', ')}</p>`",
  'a variable': "const words = 'All is well'; html`<p>${words}</p>`",
  'a label': 'html`<nav aria-label="Jump to"></nav>`',
  'a label in a hole': "html`<nav aria-label=${isOpen ? 'Close' : t('a.b')}></nav>`",
  'a label without quotes': 'html`<nav aria-label=Menu></nav>`',
  'a mixed label': 'html`<nav aria-label="Room ${n}"></nav>`',
  'a tooltip': 'html`<b title="More"></b>`',
  'a placeholder': 'html`<input placeholder="Name" />`',
  'an image’s words': 'html`<img alt="A room" />`',
  'a component’s title': 'html`<${Dialog} title="End the class?" />`',
  'a component’s children': 'html`<${Pill} tone="bad">Blocking<//>`',
  'the window’s title': "document.title = 'Home'",
  'the live region': "say('New question')",
  'an attribute set by hand': "node.setAttribute('aria-label', 'Close')",
  'text set by hand': "node.textContent = 'Done'",
}

for (const [name, source] of Object.entries(BYPASSES)) {
  test(`a bypass is found: ${name}`, () => assert.equal(literalTexts(source).length, 1, source))
}

test('what is no word is no bypass', () => {
  const clean = [
    "html`<p class=\"small mute\" dir=\"auto\">${t('a.b')} · ${n} → <b>${name}</b></p>`",
    "html`<kbd>c</kbd><input type=\"radio\" name=\"form\" value=\"written\" />`",
    "html`<${Pill} tone=\"info\" mark=${isOld ? 'warn' : 'info'}>${t(isOld ? 'a.b' : 'a.c', { n })}<//>`",
    "html`<p>${names.map((one) => one.name).join(', ')}${count > 0 && html`<br />`}</p>`",
    "// html`<p>Commented out</p>`\nconst pattern = /html`<p>/",
  ]
  for (const source of clean) assert.deepEqual(literalTexts(source), [], source)
})

// ── Keys ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A pattern for the keys that `name.${hole}` may come to; null for a template that builds no key. */
function built(node) {
  const parts = node.quasis.map((part) => part.value.cooked)
  if (!/^[a-zA-Z]+\.[a-zA-Z.]*$/.test(parts[0])) return null
  return new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('[a-zA-Z_]+')}$`)
}

const isKeyLike = (text) => /^[a-zA-Z]+(\.[a-zA-Z_]+)+$/.test(text)
const namespaces = new Set(Object.keys(en).map((key) => key.split('.')[0]))

/** Whether a string looks like a key of ours; the commands of the protocol do too, and are none. */
const isOurs = (text) => isKeyLike(text) && namespaces.has(text.split('.')[0]) && !protocol.includes(`\`${text}\``)

test('every key that is asked for exists', () => {
  for (const { name, tree, values } of parsed) {
    for (const node of nodesOf(tree)) {
      if (node.type === 'Literal' && isOurs(node.value)) assert.ok(node.value in en, `${name} asks for ${node.value}`)
      if (node.type !== 'CallExpression' || node.callee.name !== 't') continue
      const [key] = node.arguments
      const pattern = key.type === 'TemplateLiteral' && built(key)
      if (pattern) assert.ok(Object.keys(en).some((one) => pattern.test(one)), `${name} asks for ${pattern}`)
      else for (const one of stringsOf(key, values).filter(isKeyLike)) assert.ok(one in en, `${name} asks for ${one}`)
    }
  }
})

test('every key that exists is asked for', () => {
  const nodes = parsed.flatMap(({ tree }) => [...nodesOf(tree)])
  const named = new Set(nodes.filter((node) => node.type === 'Literal').map((node) => node.value))
  const patterns = nodes.filter((node) => node.type === 'TemplateLiteral').map(built).filter(Boolean)
  for (const key of Object.keys(en)) {
    assert.ok(named.has(key) || patterns.some((one) => one.test(key)), `nothing asks for ${key}`)
  }
})

// ── The languages say the same ──────────────────────────────────────────────────────────────────────────────────────

const formsOf = (entry) => (typeof entry === 'string' ? { other: entry } : entry)
const holesOf = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
/** All holes of an entry; `n` may be spelt out in a form ("1 room"). */
const holesOfEntry = (entry) => [...new Set(Object.values(formsOf(entry)).flatMap(holesOf))].sort()

/** Alike in both languages, and rightly so. */
const ALIKE = new Set(['app.name', 'title.page', 'home.who'])

for (const [name, { words, locale: form }] of Object.entries(LANGUAGES)) {
  test(`${name}: the same keys as English, none missing, none left over`, () => {
    assert.deepEqual(Object.keys(words).filter((key) => !(key in en)), [], 'left over')
    assert.deepEqual(Object.keys(en).filter((key) => !(key in words)), [], 'missing')
    // In the same order, so that the two can be read side by side.
    assert.deepEqual(Object.keys(words), Object.keys(en))
  })

  test(`${name}: no key stands twice, as the last would win in silence`, () => {
    const source = readFileSync(new URL(`../../client_static/locales/${name}.js`, import.meta.url), 'utf8')
    const keys = [...source.matchAll(/^  '([^']+)':/gm)].map(([, key]) => key)
    assert.deepEqual(keys.filter((key, at) => keys.indexOf(key) !== at), [])
    assert.equal(keys.length, Object.keys(words).length)
  })

  test(`${name}: the same holes as English`, () => {
    for (const key of Object.keys(en)) assert.deepEqual(holesOfEntry(words[key]), holesOfEntry(en[key]), key)
  })

  test(`${name}: every plural form that the language has, and a text in each`, () => {
    const needed = new Intl.PluralRules(form).resolvedOptions().pluralCategories
    for (const [key, entry] of Object.entries(words)) {
      const forms = formsOf(entry)
      for (const text of Object.values(forms)) assert.match(text, /\S/, key)
      if (typeof entry === 'string') continue
      for (const one of needed) assert.ok(one in forms, `${key} lacks the form “${one}”`)
      for (const one of Object.keys(forms)) assert.ok(needed.includes(one) || /^\d+$/.test(one), `${key} has a form “${one}”`)
      // A form that several numbers share must say which one it is, where the other forms do.
      const shared = needed.filter((one) => one !== 'one').filter((one) => !holesOf(forms[one]).includes('n'))
      assert.deepEqual(shared, [], key)
    }
  })
}

test('nothing in Spanish was left in English', () => {
  for (const [key, entry] of Object.entries(es)) {
    if (!ALIKE.has(key)) assert.notDeepEqual(entry, en[key], key)
  }
})

test('Spanish opens its questions and exclamations', () => {
  for (const [key, entry] of Object.entries(es)) {
    for (const text of Object.values(formsOf(entry))) {
      assert.equal(text.split('?').length, text.split('¿').length, key)
      assert.equal(text.split('!').length, text.split('¡').length, key)
    }
  }
})

// ── What the server may say ─────────────────────────────────────────────────────────────────────────────────────────

/** The codes of the protocol's table of errors. */
function codesOfTheProtocol() {
  const [, section] = /^## 2\. Errors$(.*?)^## /ms.exec(protocol)
  const rows = section.split('\n').filter((line) => /^\| `/.test(line))
  return rows.flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)`/g)].map(([, code]) => code))
}
/** What a refused or closed link is given as its reason (§3). */
const LINK_CODES = ['too_many_sockets', 'shutting_down', 'revoked', 'expired', 'too_slow', 'abuse']
/** Found by the page itself, never sent. */
const OWN_CODES = ['unreachable', 'unreadable', 'unknown', 'page_fault', 'wrong_password']

test('every code that the server may send has words in every language, and no other code has', () => {
  const codes = codesOfTheProtocol()
  assert.ok(codes.length > 30, 'the table of codes was not found')
  for (const code of LINK_CODES) assert.ok(protocol.includes(`\`${code}\``), `the protocol does not speak of ${code}`)
  const needed = new Set([...codes, ...LINK_CODES, ...OWN_CODES])
  for (const [name, { words }] of Object.entries(LANGUAGES)) {
    for (const code of needed) assert.ok(`error.${code}` in words, `${name} has no words for ${code}`)
  }
  const worded = Object.keys(en).filter((key) => key.startsWith('error.')).map((key) => key.slice('error.'.length))
  assert.deepEqual(worded.filter((code) => !needed.has(code)), [])
})

test('an error without words of ours is told in the server’s', () => {
  assert.equal(why({ code: 'busy', message: 'x' }), 'The server is busy. Try again in a moment.')
  assert.equal(why({ code: 'brand_new', message: 'the moon is full' }), 'The moon is full.')
  assert.equal(why({ code: 'brand_new' }), 'Something went wrong. Try again.')
  language.value = 'es'
  assert.equal(why({ code: 'busy', message: 'x' }), 'El servidor está ocupado. Intente de nuevo en un momento.')
  assert.equal(why({ code: 'brand_new' }), 'Algo salió mal. Intente de nuevo.')
})

// ── Choosing words ──────────────────────────────────────────────────────────────────────────────────────────────────

test('holes are filled and plurals chosen', () => {
  assert.equal(t('board.count', { n: 3 }), '3 unclaimed')
  assert.equal(t('home.waiting', { n: 0 }), 'no question waits')
  assert.equal(t('home.waiting', { n: 1 }), '1 question waits')
  assert.equal(t('home.waiting', { n: 2 }), '2 questions wait')
  assert.equal(t('ask.nobody', { sought: '{n} <b>' }), 'Nobody here is called “{n} <b>”.')
})

test('Spanish has a form for whole millions, and numbers are written as the schools write them', () => {
  language.value = 'es'
  assert.equal(locale.value, 'es-US')
  assert.equal(t('home.waiting', { n: 0 }), 'ninguna pregunta en espera')
  assert.equal(t('home.waiting', { n: 1 }), '1 pregunta en espera')
  assert.equal(t('home.waiting', { n: 2_000 }), '2,000 preguntas en espera')
  assert.equal(t('home.waiting', { n: 1_000_000 }), '1,000,000 de preguntas en espera')
})

test('the device’s first language that Longroom speaks is taken, whatever its region', () => {
  assert.equal(spokenOf(['es-MX', 'en-US']), 'es')
  assert.equal(spokenOf(['nv', 'fr-CA', 'ES']), 'es')
  assert.equal(spokenOf(['en-GB', 'es']), 'en')
  assert.equal(spokenOf(['de']), 'en')
  assert.equal(spokenOf(['constructor']), 'en')
  assert.equal(spokenOf([]), 'en')
})

test('nothing takes markup from data', () => {
  for (const { name, text } of sources) {
    const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, name)
    assert.doesNotMatch(code, /\sstyle=/, `${name}: an inline style`)
  }
})
