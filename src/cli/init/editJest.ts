import type { Edit } from './editVitest.ts'
import { locateConfig, type Node, propertyOf } from './locate.ts'
import { type Insertion, insertProperty, splice } from './splice.ts'

const PACKAGE = 'vitest-environment-python'
const SETUPS = {
  globalSetup: `${PACKAGE}/jest/global-setup`,
  globalTeardown: `${PACKAGE}/jest/global-teardown`,
}
const ENVIRONMENT = `${PACKAGE}/jest/environment`

/** Jest uses one of these files; if there is none, the key `jest` of package.json. */
export const JEST_CONFIGS = ['js', 'ts', 'mjs', 'mts', 'cjs', 'cts', 'json'].map(
  (extension) => `jest.config.${extension}`,
)

/** Adds preset and options to a Jest configuration, or to package.json. */
export function editJest(code: string, module: string, path: string): Edit {
  const isJson = path.endsWith('.json')
  // JSON is a JavaScript expression, so a JavaScript parser can locate its parts.
  const prefix = isJson ? 'export default ' : ''
  const text = prefix + code
  const located = locateConfig(text, { commonJs: !isJson })
  if ('refusal' in located) return located
  const config = path === 'package.json' ? propertyOf(located.config, 'jest') : located.config
  if (config?.type !== 'ObjectExpression') return { refusal: 'has a key jest that is not an object' }
  if (text.slice(config.start, config.end).includes(PACKAGE)) return { unchanged: true }
  const refusal = refusalOf(config)
  if (refusal !== undefined) return { refusal }
  const quote = isJson || (code.includes('"') && !code.includes("'")) ? '"' : "'"
  const insertions = changes(text, config, module, (value) => print(value, quote, isJson))
  return { code: splice(text, insertions).slice(prefix.length) }
}

function refusalOf(config: Node): string | undefined {
  const has = (name: string) => propertyOf(config, name)
  if (has('projects')) return 'has projects, and each project that uses Python must be configured by itself'
  const own = Object.keys(SETUPS).find(has)
  if (own) return `has a ${own} of its own, which must call the default export of ${PACKAGE}/jest`
  if ((has('testEnvironment')?.type ?? 'StringLiteral') !== 'StringLiteral')
    return 'has a testEnvironment that is not a string'
  if ((has('testEnvironmentOptions')?.type ?? 'ObjectExpression') !== 'ObjectExpression')
    return 'has testEnvironmentOptions that are not an object'
  return undefined
}

function changes(code: string, config: Node, module: string, show: (value: unknown) => string): Insertion[] {
  const environment = propertyOf(config, 'testEnvironment')
  const before = propertyOf(config, 'testEnvironmentOptions')
  const base = String(environment?.['value'] ?? 'node').replace(/^jest-environment-/, '')
  const options = { python: { ...(base === 'node' ? {} : { base }), modules: [module] } }
  // A project can have one preset only.
  const entries = propertyOf(config, 'preset')
    ? { ...SETUPS, ...(environment ? {} : { testEnvironment: ENVIRONMENT }) }
    : { preset: PACKAGE }
  const listed = (properties: object) =>
    Object.entries(properties).map(([key, value]) => inner({ [key]: value }))
  // The text between the braces.
  const inner = (object: object) => show(object).slice(2, -2)
  const top = listed({ ...entries, ...(before ? {} : { testEnvironmentOptions: options }) })
  return [
    insertProperty(code, config, ...top),
    ...(before ? [insertProperty(code, before, ...listed(options))] : []),
    ...(environment ? [{ at: environment.start, end: environment.end, text: show(ENVIRONMENT) }] : []),
  ]
}

/** Prints a value on one line, in the style of the configuration. */
function print(value: unknown, quote: string, isJson: boolean): string {
  if (typeof value === 'string') return `${quote}${value}${quote}`
  const show = (part: unknown) => print(part, quote, isJson)
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  const properties = Object.entries(value as object)
  return `{ ${properties.map(([key, part]) => `${isJson ? show(key) : key}: ${show(part)}`).join(', ')} }`
}

/** A configuration for a project that has none. */
export function newJest(module: string): string {
  return `export default {\n  ${jestSnippet(module).replaceAll('\n', '\n  ')}\n}\n`
}

/** The lines to paste into a configuration that cannot be edited. */
export function jestSnippet(module: string): string {
  return `preset: '${PACKAGE}',\ntestEnvironmentOptions: { python: { modules: ['${module}'] } },`
}
