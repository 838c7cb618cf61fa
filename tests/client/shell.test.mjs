// The shell preloads every module that the page runs, so that a long line is crossed once and not once an import.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const CLIENT = new URL('../../client_static/', import.meta.url)
const read = (path) => readFileSync(new URL(path, CLIENT), 'utf8')
const { imports } = JSON.parse(read('vendor/importmap.json'))

function reachable(path, found = new Set()) {
  if (found.has(path)) return found
  found.add(path)
  for (const [, name] of read(path).matchAll(/(?:\bfrom|\bimport)\s*["']([^"']+)["']/g)) {
    const at = name.startsWith('.') ? new URL(name, new URL(path, CLIENT)).href.slice(CLIENT.href.length) : imports[name].slice('/static/'.length)
    reachable(at, found)
  }
  return found
}

test('index.html preloads exactly the modules that are reachable from the entry', () => {
  const shell = read('index.html')
  const entry = /<script type="module" src="\/static\/([^"]+)">/.exec(shell)[1]
  const listed = [...shell.matchAll(/<link rel="modulepreload" href="\/static\/([^"]+)">/g)].map(([, path]) => path)
  const needed = [...reachable(entry)].filter((path) => path !== entry)
  assert.deepEqual([...listed].sort(), needed.sort())
})

test('the import map comes before whatever resolves a module', () => {
  const shell = read('index.html')
  assert.ok(shell.indexOf('<!-- import map -->') > 0)
  assert.ok(shell.indexOf('<!-- import map -->') < shell.indexOf('modulepreload'))
})

test('the shell says nothing of its own but what a browser without scripts is told', () => {
  const head = /<head>([^]*?)<\/head>/.exec(read('index.html'))[1]
  const besides = head.replace(/<!--[^]*?-->/g, '').replace(/<title>[^<]*<\/title>/, '').replace(/<[^>]+>/g, '')
  assert.equal(besides.trim(), '')
})
