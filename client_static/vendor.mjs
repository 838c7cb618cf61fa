// Copies the browser builds of the pinned packages into vendor/ as flat files and writes the import
// map that the pages carry. There is no bundler: a package belongs here only if it ships an ES module
// that a browser runs as it is, and the check at the end refuses one that does not.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const here = new URL('./', import.meta.url)
const packages = new URL('node_modules/', here)
const fresh = new URL('vendor.new/', here)
const vendor = new URL('vendor/', here)

// Every file is named .js: a server without a media type for .mjs would serve it as text.
const MODULES = [
  { name: 'preact', from: 'preact/dist/preact.mjs', to: 'preact.js' },
  { name: 'preact/hooks', from: 'preact/hooks/dist/hooks.mjs', to: 'preact-hooks.js' },
  { name: 'htm', from: 'htm/dist/htm.module.js', to: 'htm.js' },
  { name: '@preact/signals', from: '@preact/signals/dist/signals.module.js', to: 'signals.js' },
  { name: '@preact/signals-core', from: '@preact/signals-core/dist/signals-core.module.js', to: 'signals-core.js' },
  { name: 'socket.io-client', from: 'socket.io-client/dist/socket.io.esm.min.js', to: 'socket.io-client.js' },
  { name: 'idb', from: 'idb/build/index.js', to: 'idb.js' },
]

// The last four travel inside the socket.io-client build, so their notices travel too.
const LICENSED = [
  'preact', 'htm', '@preact/signals', '@preact/signals-core', 'idb', 'socket.io-client',
  'engine.io-client', 'engine.io-parser', 'socket.io-parser', '@socket.io/component-emitter',
]

const text = (path) => readFile(new URL(path, packages), 'utf8')

async function licences() {
  const parts = LICENSED.map(async (name) => {
    const { version, license } = JSON.parse(await text(`${name}/package.json`))
    return `${name} ${version} (${license})\n\n${(await text(`${name}/LICENSE`)).trim()}\n`
  })
  return (await Promise.all(parts)).join(`\n${'-'.repeat(78)}\n\n`)
}

function refuseWhatABrowserLacks(source, name, imports) {
  for (const [, specifier] of source.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
    if (!(specifier in imports)) throw new Error(`${name} imports "${specifier}", which the import map lacks`)
  }
  if (/\bprocess\.env\b/.test(source)) throw new Error(`${name} reads process.env, which a browser lacks`)
}

const imports = Object.fromEntries(MODULES.map(({ name, to }) => [name, `/static/vendor/${to}`]))

await rm(fresh, { recursive: true, force: true })
await mkdir(fresh)
for (const { name, from, to } of MODULES) {
  // The source maps stay behind: a reference to one would be a 404 in every open inspector.
  const source = (await text(from)).replace(/\/\/# sourceMappingURL=\S+\s*$/, '')
  refuseWhatABrowserLacks(source, name, imports)
  await writeFile(new URL(to, fresh), source)
}
await writeFile(new URL('LICENCES.txt', fresh), await licences())
await writeFile(new URL('importmap.json', fresh), JSON.stringify({ imports }, null, 2) + '\n')

// Swapped in whole: the Makefile takes importmap.json for "all of it is there".
await rm(vendor, { recursive: true, force: true })
await rename(fresh, vendor)
console.log(`vendored ${MODULES.length} modules into ${fileURLToPath(vendor)}`)
