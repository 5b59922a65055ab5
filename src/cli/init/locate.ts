import { parseModule } from 'magicast'

/** A node of the syntax tree, with the fields that are used here. */
export interface Node {
  type: string
  start: number
  end: number
  [field: string]: unknown
}

export interface Located {
  /** The object literal that is the configuration. */
  config: Node
  imports: Node[]
}

/** Functions that return their argument. */
const TRANSPARENT = ['defineConfig', 'defineProject']

/**
 * Finds the configuration in a module that exports an object literal: directly, through `defineConfig`, or by a constant.
 *
 * @param commonJs whether `module.exports` counts as an export
 * @returns a refusal, as the end of "… cannot be edited: it", if the module has another shape
 */
export function locateConfig(code: string, { commonJs = false } = {}): Located | { refusal: string } {
  let body: Node[]
  try {
    body = (parseModule(steady(code)).$ast as unknown as { body: Node[] }).body
  } catch (error) {
    return { refusal: `cannot be parsed (${(error as Error).message.split('\n')[0]})` }
  }
  const exported = (body.find(({ type }) => type === 'ExportDefaultDeclaration')?.['declaration'] ??
    (commonJs ? body.map(assigned).find(Boolean) : undefined)) as Node | undefined
  if (!exported) return { refusal: 'has no default export' }
  const config = unwrap(exported, body)
  if (config.type !== 'ObjectExpression') return { refusal: describe(config) }
  return { config, imports: body.filter(({ type }) => type === 'ImportDeclaration') }
}

/** The value of an object's property; `undefined` if there is no such property. */
export function propertyOf(config: Node, name: string): Node | undefined {
  const properties = config['properties'] as (Node & {
    key?: { name?: string; value?: string }
    value?: Node
  })[]
  return properties.find(({ key }) => key?.name === name || key?.value === name)?.value
}

/** The object literal that a module exports, or passes to the function whose result it exports, as for `next/jest`. */
export function locateInner(code: string): Node | undefined {
  let body: Node[]
  try {
    body = (parseModule(steady(code)).$ast as unknown as { body: Node[] }).body
  } catch {
    return undefined
  }
  const exported = (body.find(({ type }) => type === 'ExportDefaultDeclaration')?.['declaration'] ??
    body.map(assigned).find(Boolean)) as Node | undefined
  let at = exported && unwrap(exported, body)
  while (at?.type === 'CallExpression') {
    const [first] = at['arguments'] as Node[]
    at = first && unwrap(first, body)
  }
  return at?.type === 'ObjectExpression' ? at : undefined
}

/** The last `...value` among the properties of an object. */
export function lastSpread(config: Node): Node | undefined {
  return (config['properties'] as Node[]).filter(({ type }) => type.startsWith('Spread')).at(-1)
}

/** Whether a spread value can be written a second time without a second call. */
export function isRepeatable(spread: Node): boolean {
  const { type, callee } = spread['argument'] as Node & { callee?: { name?: string } }
  return type === 'Identifier' || type === 'MemberExpression' || callee?.name === 'require'
}

/** The text of the value that is spread. */
export function sourceOf(code: string, spread: Node): string {
  const { start, end } = spread['argument'] as Node
  return code.slice(start, end)
}

/** Replaces tabs and CR. The parser counts a tab as several characters and CRLF as one, so its offsets would be wrong. */
function steady(code: string): string {
  return code.replace(/\t|\r(?=\n)/g, ' ')
}

/** The expression that a statement assigns to `module.exports`. */
function assigned(statement: Node): Node | undefined {
  const { left, right } = (statement['expression'] ?? {}) as { left?: Node; right?: Node }
  const { object, property } = (left ?? {}) as { object?: { name?: string }; property?: { name?: string } }
  return object?.name === 'module' && property?.name === 'exports' ? right : undefined
}

function unwrap(node: Node, body: Node[]): Node {
  if (node.type === 'TSSatisfiesExpression' || node.type === 'TSAsExpression')
    return unwrap(node['expression'] as Node, body)
  if (node.type === 'Identifier')
    return unwrap(constant(String(node['name']), body) ?? { ...node, type: 'Unknown' }, body)
  if (node.type !== 'CallExpression') return node
  const callee = (node['callee'] as { name?: string }).name ?? ''
  const [first] = node['arguments'] as Node[]
  return first && TRANSPARENT.includes(callee) ? unwrap(first, body) : node
}

function constant(name: string, body: Node[]): Node | undefined {
  const declarators = body.flatMap((node) => (node['declarations'] as Node[] | undefined) ?? [])
  const found = declarators.find(({ id }) => (id as { name?: string }).name === name)
  return (found?.['init'] as Node | null) ?? undefined
}

function describe({ type, callee }: Node): string {
  if (type.endsWith('FunctionExpression') || type === 'FunctionDeclaration') return 'exports a function'
  if (type === 'CallExpression')
    return `exports the result of ${(callee as { name?: string }).name ?? 'a call'}(…)`
  return 'does not export an object literal'
}
