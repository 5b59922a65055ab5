import { describe, expect, test } from 'vitest'
import { editJest, newJest } from '../../../../src/cli/init/editJest.ts'
import { planInit } from '../../../../src/cli/init/initPlan.ts'

const edit = (code: string, path = 'jest.config.js') => editJest(code, './m.py', path)
const OPTIONS = "testEnvironmentOptions: { python: { modules: ['./m.py'] } }"

const AFTER_SPREAD =
  "  globalSetup: 'vitest-environment-python/jest/global-setup',\n" +
  "  globalTeardown: 'vitest-environment-python/jest/global-teardown',\n" +
  "  testEnvironment: 'vitest-environment-python/jest/environment',\n" +
  "  testEnvironmentOptions: { ...base.testEnvironmentOptions, python: { base: base.testEnvironment, modules: ['./m.py'] } },\n"

describe('a configuration keeps its format and gets preset and options', () => {
  test.each([
    [
      'of CommonJS',
      'jest.config.cjs',
      "const base = require('./base')\n\nmodule.exports = {\n  ...base,\n  verbose: true, // kept\n}\n",
      `const base = require('./base')\n\nmodule.exports = {\n  ...base,\n  verbose: true, // kept\n${AFTER_SPREAD}}\n`,
    ],
    [
      'of TypeScript, in a constant',
      'jest.config.ts',
      "import type { Config } from 'jest'\n\nconst config: Config = { verbose: true }\nexport default config\n",
      `import type { Config } from 'jest'\n\nconst config: Config = { preset: 'vitest-environment-python', ${OPTIONS}, verbose: true }\nexport default config\n`,
    ],
    [
      'that is empty, of a module',
      'jest.config.mjs',
      'export default {}\n',
      `export default { preset: 'vitest-environment-python', ${OPTIONS} }\n`,
    ],
    [
      'with another preset and an environment, which becomes the base',
      'jest.config.js',
      "module.exports = {\n\tpreset: 'ts-jest',\n\ttestEnvironment: 'jsdom',\n}\n",
      "module.exports = {\n\tglobalSetup: 'vitest-environment-python/jest/global-setup',\n\tglobalTeardown: 'vitest-environment-python/jest/global-teardown',\n\ttestEnvironmentOptions: { python: { base: 'jsdom', modules: ['./m.py'] } },\n\tpreset: 'ts-jest',\n\ttestEnvironment: 'vitest-environment-python/jest/environment',\n}\n",
    ],
    [
      'with another preset',
      'jest.config.js',
      "module.exports = { preset: 'ts-jest' }\n",
      `module.exports = { globalSetup: 'vitest-environment-python/jest/global-setup', globalTeardown: 'vitest-environment-python/jest/global-teardown', testEnvironment: 'vitest-environment-python/jest/environment', ${OPTIONS}, preset: 'ts-jest' }\n`,
    ],
    [
      'with options of the environment, and double quotes',
      'jest.config.js',
      'module.exports = {\n  testEnvironment: "node",\n  testEnvironmentOptions: { url: "http://a.example" },\n}\n',
      'module.exports = {\n  preset: "vitest-environment-python",\n  testEnvironment: "vitest-environment-python/jest/environment",\n  testEnvironmentOptions: { python: { modules: ["./m.py"] }, url: "http://a.example" },\n}\n',
    ],
    [
      'in JSON',
      'jest.config.json',
      '{\n    "verbose": true\n}\n',
      '{\n    "preset": "vitest-environment-python",\n    "testEnvironmentOptions": { "python": { "modules": ["./m.py"] } },\n    "verbose": true\n}\n',
    ],
    [
      'in package.json, which knows the package already',
      'package.json',
      '{\n\t"name": "a",\n\t"devDependencies": { "vitest-environment-python": "0.1.0" },\n\t"jest": { "verbose": true }\n}\n',
      '{\n\t"name": "a",\n\t"devDependencies": { "vitest-environment-python": "0.1.0" },\n\t"jest": { "preset": "vitest-environment-python", "testEnvironmentOptions": { "python": { "modules": ["./m.py"] } }, "verbose": true }\n}\n',
    ],
    [
      'with the line ends of Windows',
      'jest.config.js',
      "module.exports = {\r\n  roots: ['a'],\r\n}\r\n",
      `module.exports = {\r\n  preset: 'vitest-environment-python',\r\n  ${OPTIONS},\r\n  roots: ['a'],\r\n}\r\n`,
    ],
  ])('%s', (_, path, before, after) => {
    expect(edit(before, path)).toEqual({ code: after })
    expect(edit(after, path)).toEqual({ unchanged: true })
    if (path.endsWith('.json')) expect(() => JSON.parse(after)).not.toThrow()
  })

  test('a new configuration needs no edit', () => {
    expect(edit(newJest('./m.py'))).toEqual({ unchanged: true })
  })
})

test.each([
  ['module.exports = async () => ({})\n', 'exports a function'],
  ['module.exports = createConfig({})\n', 'exports the result of createConfig(…)'],
  ['exports.verbose = true\n', 'has no default export'],
  ["module.exports = { projects: ['a', 'b'] }\n", 'has projects'],
  ["module.exports = { globalSetup: './mine.js' }\n", 'has a globalSetup of its own'],
  ['module.exports = { testEnvironment: environment }\n', 'has a testEnvironment that is not a string'],
  [
    'module.exports = { testEnvironmentOptions: options }\n',
    'has testEnvironmentOptions that are not an object',
  ],
  ['module.exports = {\n', 'cannot be parsed'],
])('%j is refused: %s', (code, refusal) => {
  expect(edit(code)).toEqual({ refusal: expect.stringContaining(refusal) })
})

test('a key jest in package.json that names a file is refused', () => {
  expect(edit('{ "jest": "./other.json" }', 'package.json')).toEqual({
    refusal: expect.stringContaining('a key jest that is not an object'),
  })
})

describe('the configuration to write', () => {
  const plan = (files: Record<string, string>, runner?: 'vitest' | 'jest') =>
    planInit({
      esm: false,
      force: false,
      runner,
      files: new Set(Object.keys(files)),
      read: (path: string) => files[path],
    })
  const manifest = (manifest: object) => ({ 'package.json': JSON.stringify(manifest) })
  const first = (...words: Parameters<typeof plan>) => plan(...words).changes[0]?.path

  test('is that of the installed runner', () => {
    expect(first({ 'jest.config.js': 'module.exports = {}' })).toBe('jest.config.js')
    expect(first(manifest({ jest: {} }))).toBe('package.json')
    expect(first(manifest({ devDependencies: { jest: '30' } }))).toBe('jest.config.mjs')
    expect(
      first({ ...manifest({ devDependencies: { jest: '30' } }), 'vite.config.ts': 'export default {}' }),
    ).toBe('jest.config.mjs')
    expect(first({})).toBe('vitest.config.mts')
  })

  test("is Vitest's if both runners are installed, with a note, unless --runner says otherwise", () => {
    const both = { 'vitest.config.ts': 'export default {}', 'jest.config.js': 'module.exports = {}' }
    expect(first(both)).toBe('vitest.config.ts')
    expect(plan(both).notes).toEqual([expect.stringContaining('--runner jest')])
    expect(first(both, 'jest')).toBe('jest.config.js')
    expect(plan(both, 'jest').notes).toEqual([])
  })

  test('puts the example where the runner looks, relative to its root', () => {
    const paths = (code: string) => plan({ 'jest.config.js': code }).changes.map(({ path }) => path)
    expect(paths("module.exports = { roots: ['src'] }").slice(1)).toEqual([
      'python/greeting.py',
      'src/greeting.test.js',
    ])
    expect(paths("module.exports = { rootDir: 'app', testMatch: ['**/*.spec.ts'] }").slice(1)).toEqual([
      'app/python/greeting.py',
      'app/greeting.spec.ts',
    ])
  })

  test('gets a note if the patterns match no usual name, or cannot be read', () => {
    const notes = (code: string) => plan({ 'jest.config.js': code }).notes
    expect(notes("module.exports = { testRegex: 'never' }")).toEqual([
      expect.stringContaining('no usual name matches its patterns'),
    ])
    expect(notes('module.exports = { roots: list }')).toEqual([
      expect.stringContaining('roots cannot be read'),
    ])
  })

  test('is refused for a runner that is too old, before anything changes', () => {
    const facts = { esm: false, force: false, files: new Set<string>(), read: () => undefined }
    const old = { vitest: '2.1.9', jest: '28.1.3' }
    for (const runner of ['vitest', 'jest'] as const)
      expect(() => planInit({ ...facts, runner, version: (name) => old[name] })).toThrow(
        expect.objectContaining({ code: 'RUNNER_TOO_OLD' }),
      )
    expect(planInit({ ...facts, runner: 'jest', version: () => '29.7.0' }).changes).not.toEqual([])
  })

  test('is shown with the environment that it replaces if a function makes it, as that of next/jest', () => {
    const code =
      "import nextJest from 'next/jest.js'\nconst make = nextJest({ dir: './' })\n" +
      "const config = { testEnvironment: 'jsdom' }\nexport default make(config)\n"
    const { refusal } = plan({ 'jest.config.mjs': code })
    expect(refusal).toContain('exports the result of make(…)')
    expect(refusal).toContain(
      "testEnvironment: 'vitest-environment-python/jest/environment', // in place of the other",
    )
    expect(refusal).toContain(
      "testEnvironmentOptions: { python: { base: 'jsdom', modules: ['./python/greeting.py'] } },",
    )
    expect(refusal).not.toContain('preset')
  })
})

describe('a spread', () => {
  test('keeps the environment that the configuration itself names behind it', () => {
    const code = "module.exports = { ...base, testEnvironment: 'jsdom' }"
    expect(edit(code)).toEqual({
      code: expect.stringMatching(
        /^module.exports = \{ \.\.\.base, testEnvironment: 'vitest-environment-python\/jest\/environment', globalSetup.*base: 'jsdom', modules/,
      ),
    })
  })

  test.each([
    ['module.exports = { ...createPreset(), verbose: true }', 'spreads the result of a call'],
    ["module.exports = { testEnvironment: 'jsdom', ...base }", 'has a testEnvironment before a spread'],
  ])('%s is refused', (code, refusal) => {
    expect(edit(code)).toEqual({ refusal: expect.stringContaining(refusal) })
  })
})
