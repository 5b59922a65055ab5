import type { Edit } from './editVitest.ts'
import {
  isRepeatable,
  lastSpread,
  locateConfig,
  locateInner,
  type Node,
  propertyOf,
  sourceOf,
} from './locate.ts'
import { appendProperty, type Insertion, insertProperty, splice } from './splice.ts'

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

/**
 * Adds preset and options to a Jest configuration, or to package.json.
 *
 * @param types where TypeScript types go; none: `undefined`
 */
export function editJest(code: string, module: string, path: string, types?: string): Edit {
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
  const show = (value: unknown) => print(value, quote, isJson)
  const own = optionsOf(module, types)
  const spread = lastSpread(config)
  const insertions = spread
    ? changesAfter(text, config, sourceOf(text, spread), own, show)
    : changes(text, config, own, show)
  return { code: splice(text, insertions).slice(prefix.length) }
}

function refusalOf(config: Node): string | undefined {
  const has = (name: string) => propertyOf(config, name)
  if (has('projects')) return 'has projects, and each project that uses Python must be configured by itself'
  const own = Object.keys(SETUPS).find(has)
  if (own) return `has a ${own} of its own, which must call the default export of ${PACKAGE}/jest`
  const spread = lastSpread(config)
  if (spread && !isRepeatable(spread))
    return `spreads the result of a call, of which init cannot know what it holds`
  const early =
    spread &&
    ['testEnvironment', 'testEnvironmentOptions', 'preset'].find(
      (name) => (has(name)?.start ?? spread.end) < spread.end,
    )
  if (early) return `has a ${early} before a spread, which may replace it`
  if ((has('testEnvironment')?.type ?? 'StringLiteral') !== 'StringLiteral')
    return 'has a testEnvironment that is not a string'
  if ((has('testEnvironmentOptions')?.type ?? 'ObjectExpression') !== 'ObjectExpression')
    return 'has testEnvironmentOptions that are not an object'
  return undefined
}

/**
 * A spread may contain an environment and a preset. So our properties are inserted after it, and its own environment and
 * preset become the base of ours.
 *
 * @param source the expression that is spread
 */
function changesAfter(
  code: string,
  config: Node,
  source: string,
  own: PythonSettings,
  show: (value: unknown) => string,
): Insertion[] {
  const environment = propertyOf(config, 'testEnvironment')
  const before = propertyOf(config, 'testEnvironmentOptions')
  const base = environment ? show(baseOf(environment)) : `${source}.testEnvironment`
  const options = `python: { base: ${base}, ${show(own).slice(2)}`
  const top = [
    ...Object.entries(SETUPS).map(([key, value]) => `${key}: ${show(value)}`),
    ...(environment ? [] : [`testEnvironment: ${show(ENVIRONMENT)}`]),
    ...(before ? [] : [`testEnvironmentOptions: { ...${source}.testEnvironmentOptions, ${options} }`]),
  ]
  return [
    appendProperty(code, config, ...top),
    ...(before ? [insertProperty(code, before, options)] : []),
    ...(environment ? [{ at: environment.start, end: environment.end, text: show(ENVIRONMENT) }] : []),
  ]
}

function baseOf(environment: Node | undefined): string {
  return String(environment?.['value'] ?? 'node').replace(/^jest-environment-/, '')
}

function changes(
  code: string,
  config: Node,
  own: PythonSettings,
  show: (value: unknown) => string,
): Insertion[] {
  const environment = propertyOf(config, 'testEnvironment')
  const before = propertyOf(config, 'testEnvironmentOptions')
  const base = baseOf(environment)
  const options = { python: { ...(base === 'node' ? {} : { base }), ...own } }
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

interface PythonSettings {
  modules: string[]
  types?: string
}

function optionsOf(module: string, types: string | undefined): PythonSettings {
  return { modules: [module], ...(types === undefined ? {} : { types }) }
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
export function newJest(module: string, types?: string): string {
  const options = print(optionsOf(module, types), "'", false)
  return `export default {\n  preset: '${PACKAGE}',\n  testEnvironmentOptions: { python: ${options} },\n}\n`
}

/**
 * The lines to paste into a configuration that cannot be edited. They work beside another preset, and carry the
 * environment that they replace.
 */
export function jestSnippet(module: string, code: string, types?: string): string {
  const inner = locateInner(code)
  const environment = inner && propertyOf(inner, 'testEnvironment')
  const base = environment?.type === 'StringLiteral' ? baseOf(environment) : 'node'
  const options = print({ ...(base === 'node' ? {} : { base }), ...optionsOf(module, types) }, "'", false)
  return [
    ...Object.entries(SETUPS).map(([key, value]) => `${key}: '${value}',`),
    `testEnvironment: '${ENVIRONMENT}',${environment ? ' // in place of the other testEnvironment' : ''}`,
    `testEnvironmentOptions: { python: ${options} },`,
  ].join('\n')
}
