// Writes the CommonJS side of the entry points of which there is no CommonJS build.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist', import.meta.url))

/** Entry points that import Vitest, which itself cannot be required. */
const ES_MODULES = {
  environment: 'vitest-environment-python',
  globals: 'vitest-environment-python/globals',
  fixtures: 'vitest-environment-python/fixtures',
  'vitest/setup': 'vitest-environment-python/vitest/setup',
  'vitest/global-setup': 'vitest-environment-python/vitest/global-setup',
}

/** Functions that can wait until their module is imported. */
const FUNCTIONS = ['jest/global-setup', 'jest/global-teardown']

export async function writeCommonJs() {
  for (const [path, name] of Object.entries(ES_MODULES)) {
    const file = `./${path.split('/').at(-1)}.js`
    const sentence = `${name} cannot be loaded by require(), as Vitest cannot. Use import instead.`
    await write(`${path}.cjs`, `throw new Error(${JSON.stringify(sentence)})\n`)
    await write(`${path}.d.cts`, `export * from '${file}'\n`)
  }
  for (const path of FUNCTIONS) {
    const file = `./${path.split('/').at(-1)}.js`
    await write(
      `${path}.cjs`,
      `module.exports = async (...args) => (await import('${file}')).default(...args)\n`,
    )
    const type = `typeof import('${file}', { with: { 'resolution-mode': 'import' } }).default`
    await write(`${path}.d.cts`, `declare const run: ${type}\nexport = run\n`)
  }
  await write('vitest.d.cts', PLUGIN_TYPES)
  await write('jest.d.cts', jestTypes())
}

/** Classes that tests of Jest import. */
const JEST_CLASSES = [
  ...['CallError', 'LeaseError', 'PythonError', 'PythonTimeoutError', 'SetupError', 'WorkerLostError'],
  ...['ArrowTable', 'Decimal', 'Float', 'PlainDate', 'PlainDateTime', 'PlainTime', 'TimeDelta', 'Uuid'],
]

/** Those with a type parameter. */
const JEST_TABLES = ['DataFrame', 'Series']

const JEST_VALUES = ['python', 'pythonPool', 'ndarray', 'toThrowPython']

/**
 * The types of vitest-environment-python/jest. They are those of an ES module, so a declaration such as that of
 * `PythonFunctions` adds to the only one. CommonJS can't export values of an ES module, so each is declared.
 */
function jestTypes() {
  const types = "import('./jest/types.js', { with: { 'resolution-mode': 'import' } })"
  const value = (name) => `export declare const ${name}: typeof ${types}.${name}`
  return [
    "export type * from './jest/types.js' with { 'resolution-mode': 'import' }",
    ...JEST_VALUES.map(value),
    ...JEST_CLASSES.flatMap((name) => [value(name), `export type ${name} = ${types}.${name}`]),
    ...JEST_TABLES.flatMap((name) => [
      value(name),
      `export type ${name}<Name = string> = ${types}.${name}<Name>`,
    ]),
    '',
  ].join('\n')
}

/**
 * The types of the plugin. They are those of the ES module, because declarations such as those of `PythonPools` add to an
 * interface, and there must be only one.
 */
const PLUGIN_TYPES = `type Plugin = typeof import('./vitest.js', { with: { 'resolution-mode': 'import' } })
export type * from './vitest.js' with { 'resolution-mode': 'import' }
export declare const python: Plugin['python']
export declare const SetupError: Plugin['SetupError']
export type SetupError = InstanceType<Plugin['SetupError']>
`

async function write(path, text) {
  await writeFile(join(dist, path), text)
}
