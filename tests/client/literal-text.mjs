// Finds words that a module shows without asking the catalogue for them. The module is parsed, and its html`…` templates
// are read by htm itself, so that this sees exactly the elements, attributes and texts that the page will have.
import { parse } from '../../client_static/node_modules/acorn/dist/acorn.mjs'
import htm from '../../client_static/vendor/htm.js'

/** Attributes and properties that are read out or shown. */
const SHOWN = new Set([
  ...['aria-label', 'aria-description', 'aria-placeholder', 'aria-roledescription', 'aria-valuetext'],
  ...['title', 'placeholder', 'alt', 'label', 'under', 'summary', 'content'],
])
/** Calls whose argument is shown or spoken, and properties whose assigned value is. */
const SPEAKING_CALLS = new Set(['say', 'alert', 'confirm', 'prompt'])
const SPEAKING_PROPERTIES = new Set(['title', 'textContent', 'innerText', 'ariaLabel', 'ariaDescription', 'placeholder', 'alt'])

/** The syntax tree of a module, and the values that its variables are given, by name. */
export function read(source) {
  const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
  const values = new Map()
  for (const node of nodesOf(tree)) {
    if (node.type !== 'VariableDeclarator' || node.id.type !== 'Identifier' || !node.init) continue
    values.set(node.id.name, [...(values.get(node.id.name) ?? []), node.init])
  }
  return { tree, values }
}

export function* nodesOf(node) {
  yield node
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) if (typeof one?.type === 'string') yield* nodesOf(one)
  }
}

/** The strings that an expression itself can come to: `isLong ? 'a' : b` gives "a"; what a call returns is its own affair. */
export function stringsOf(node, values, met = new Set()) {
  if (!node || met.has(node)) return []
  met.add(node)
  const all = (...nodes) => nodes.flatMap((one) => stringsOf(one, values, met))
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? [node.value] : []
    case 'TemplateLiteral':
      return [...node.quasis.map((part) => part.value.cooked), ...all(...node.expressions)]
    case 'ConditionalExpression':
      return all(node.consequent, node.alternate)
    case 'LogicalExpression':
      return all(...(node.operator === '&&' ? [] : [node.left]), node.right)
    case 'BinaryExpression':
      return node.operator === '+' ? all(node.left, node.right) : []
    case 'SequenceExpression':
      return all(node.expressions.at(-1))
    case 'ArrayExpression':
      return all(...node.elements)
    case 'ArrowFunctionExpression':
      return all(node.body)
    case 'CallExpression':
      // `list.map((one) => …)` shows what the function gives, `[…].join(' · ')` what the list holds.
      return node.callee.property?.name === 'map' ? all(node.arguments[0]) : all(node.callee.object)
    case 'Identifier':
      return all(...(values.get(node.name) ?? []))
    default:
      return []
  }
}

/** A `${hole}` of a template, as htm is handed it; where it is part of a longer text, it adds no letters. */
class Hole {
  #expression
  constructor(expression) {
    this.#expression = expression
  }
  get expression() {
    return this.#expression
  }
  toString() {
    return ''
  }
}

/** Every bypass of the catalogue in a module, as text. */
export function literalTexts(source) {
  const { tree, values } = read(source)
  const found = []
  const judge = (texts, where) => found.push(...texts.filter((text) => /\p{L}/u.test(text)).map((text) => `${where}: ${text.trim()}`))
  const judgeValue = (value, where) => {
    if (value instanceof Hole) judge(stringsOf(value.expression, values), where)
    else if (typeof value === 'string') judge([value], where)
  }

  const element = htm.bind((type, props, ...children) => {
    const name = type instanceof Hole ? 'component' : type
    for (const [attribute, value] of Object.entries(props ?? {})) {
      if (SHOWN.has(attribute)) judgeValue(value, `<${name} ${attribute}>`)
    }
    // The name of a key is no word of any language.
    if (name !== 'kbd') for (const child of children) judgeValue(child, `<${name}>`)
    return null
  })

  for (const node of nodesOf(tree)) {
    if (node.type === 'TaggedTemplateExpression' && node.tag.name === 'html') {
      const strings = node.quasi.quasis.map((part) => part.value.cooked)
      const top = element(strings, ...node.quasi.expressions.map((one) => new Hole(one)))
      for (const one of [top].flat()) judgeValue(one, 'template')
    }
    if (node.type === 'CallExpression' && SPEAKING_CALLS.has(node.callee.name)) {
      judge(stringsOf(node.arguments[0], values), `${node.callee.name}()`)
    }
    if (node.type === 'CallExpression' && node.callee.property?.name === 'setAttribute' && SHOWN.has(node.arguments[0].value)) {
      judge(stringsOf(node.arguments[1], values), 'setAttribute()')
    }
    if (node.type === 'AssignmentExpression' && SPEAKING_PROPERTIES.has(node.left.property?.name)) {
      judge(stringsOf(node.right, values), `.${node.left.property.name} =`)
    }
  }
  return found
}
