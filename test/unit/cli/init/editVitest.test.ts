import { describe, expect, test } from 'vitest'
import { editVitest, newVitest } from '../../../../src/cli/init/editVitest.ts'
import { planInit } from '../../../../src/cli/init/initPlan.ts'

const edit = (code: string) => editVitest(code, './m.py')

describe('a configuration keeps its format and gets the plugin', () => {
  test.each([
    [
      'in defineConfig',
      "import { defineConfig } from 'vitest/config'\n\nexport default defineConfig({\n  test: { globals: true }, // kept\n})\n",
      "import { defineConfig } from 'vitest/config'\nimport { python } from 'vitest-environment-python/vitest'\n\nexport default defineConfig({\n  plugins: [python({ modules: ['./m.py'] })],\n  test: { globals: true }, // kept\n})\n",
    ],
    [
      'after other plugins, with tabs, semicolons and double quotes',
      'import react from "react";\n\nexport default {\n\tplugins: [react()],\n};\n',
      'import react from "react";\nimport { python } from "vitest-environment-python/vitest";\n\nexport default {\n\tplugins: [react(), python({ modules: ["./m.py"] })],\n};\n',
    ],
    [
      'after plugins on lines of their own',
      "import a from 'a'\nexport default {\n  plugins: [\n    a(),\n  ],\n}\n",
      "import a from 'a'\nimport { python } from 'vitest-environment-python/vitest'\nexport default {\n  plugins: [\n    a(),\n    python({ modules: ['./m.py'] }),\n  ],\n}\n",
    ],
    [
      'in a constant',
      'const config = { plugins: [] } satisfies UserConfig\nexport default config\n',
      "import { python } from 'vitest-environment-python/vitest'\n\nconst config = { plugins: [python({ modules: ['./m.py'] })] } satisfies UserConfig\nexport default config\n",
    ],
    [
      'in an empty object',
      'export default {}\n',
      "import { python } from 'vitest-environment-python/vitest'\n\nexport default { plugins: [python({ modules: ['./m.py'] })] }\n",
    ],
  ])('%s', (_, before, after) => {
    expect(edit(before)).toEqual({ code: after })
    expect(edit(after)).toEqual({ unchanged: true })
  })

  test('with the line ends of Windows', () => {
    const before = "import a from 'a'\r\nexport default {\r\n  test: {},\r\n}\r\n"
    expect(edit(before)).toEqual({
      code: "import a from 'a'\r\nimport { python } from 'vitest-environment-python/vitest'\r\nexport default {\r\n  plugins: [python({ modules: ['./m.py'] })],\r\n  test: {},\r\n}\r\n",
    })
  })

  test('as in a new configuration', () => {
    expect(
      edit("import { defineConfig } from 'vitest/config'\n\nexport default defineConfig({})\n"),
    ).toMatchObject({
      code: expect.stringContaining("plugins: [python({ modules: ['./m.py'] })]"),
    })
    expect(edit(newVitest('./m.py'))).toEqual({ unchanged: true })
  })
})

test.each([
  ['export default defineConfig(({ mode }) => ({}))\n', 'exports a function'],
  ['export default mergeConfig(base, {})\n', 'exports the result of mergeConfig(…)'],
  ['export default { plugins: list }\n', 'has plugins that are not an array'],
  ['export default imported\n', 'does not export an object literal'],
  ['module.exports = {}\n', 'has no default export'],
  ['export default {\n', 'cannot be parsed'],
])('%j is refused: %s', (code, refusal) => {
  expect(edit(code)).toEqual({ refusal: expect.stringContaining(refusal) })
})

describe('the plan', () => {
  const plan = (files: Record<string, string>, options: { esm?: boolean; force?: boolean } = {}) =>
    planInit({
      esm: options.esm ?? true,
      force: options.force ?? false,
      files: new Set(Object.keys(files)),
      read: (path: string) => files[path],
    })
  const paths = (...words: Parameters<typeof plan>) => plan(...words).changes.map(({ path }) => path)

  test('is a configuration and an example in an empty project', () => {
    expect(paths({})).toEqual(['vitest.config.ts', 'python/greeting.py', 'greeting.test.ts'])
    expect(paths({}, { esm: false })[0]).toBe('vitest.config.mts')
  })

  test('changes the configuration that Vitest uses', () => {
    const files = { 'vite.config.ts': 'export default {}', 'vitest.config.mjs': 'export default {}' }
    expect(paths(files)).toEqual(['vitest.config.mjs', 'python/greeting.py', 'greeting.test.js'])
  })

  test('overwrites nothing without force', () => {
    const files = { 'python/greeting.py': 'mine' }
    expect(paths(files)).not.toContain('python/greeting.py')
    expect(plan(files).notes).toEqual([expect.stringContaining('--force')])
    expect(paths(files, { force: true })).toContain('python/greeting.py')
  })

  test('says how to run the example, unless its module is listed already', () => {
    const notes = (module: string) => plan({ 'vitest.config.ts': newVitest(module) }).notes
    expect(notes('./m.py')).toEqual([expect.stringContaining('add ./python/greeting.py to its modules')])
    expect(notes('./python/greeting.py')).toEqual(['vitest.config.ts already has vitest-environment-python.'])
  })

  test('is a refusal with the lines to paste if the configuration cannot be edited', () => {
    expect(plan({ 'vitest.config.ts': 'export default f(1)' }).refusal).toContain('import { python } from')
  })
})

describe('a project with a tsconfig.json gets the option types', () => {
  const change = (files: Record<string, string>) => {
    const all: Record<string, string> = { 'tsconfig.json': '{}', ...files }
    const plan = planInit({
      esm: true,
      force: false,
      files: new Set(Object.keys(all)),
      read: (path) => all[path],
    })
    return plan.refusal ?? plan.changes[0]?.after
  }

  test.each([
    ['in a new configuration', {}],
    ['in an existing configuration', { 'vitest.config.ts': 'export default {}' }],
    ['in the lines to paste', { 'vitest.config.ts': 'export default f(1)' }],
  ])('%s', (_, files) => {
    const text = change(files)
    expect(text).toContain("python({ modules: ['./python/greeting.py'], types: './python.d.ts' })")
    expect(edit(text ?? '')).toEqual({ unchanged: true })
  })

  test.each([
    ['in a new configuration of Jest', {}],
    ['in an existing configuration of Jest', { 'jest.config.js': 'module.exports = {}' }],
    ['in the lines to paste for Jest', { 'jest.config.js': 'module.exports = f(1)' }],
  ])('%s', (_, files) => {
    const text = change({ 'package.json': '{ "devDependencies": { "jest": "30" } }', ...files })
    expect(text).toContain("python: { modules: ['./python/greeting.py'], types: './python.d.ts' }")
  })

  test('after a spread of Jest', () => {
    const files = { 'jest.config.js': 'module.exports = { ...base }' }
    expect(change({ 'package.json': '{ "devDependencies": { "jest": "30" } }', ...files })).toContain(
      "python: { base: base.testEnvironment, modules: ['./python/greeting.py'], types: './python.d.ts' }",
    )
  })
})

describe('a spread', () => {
  test('keeps its plugins', () => {
    expect(edit('export default defineConfig({ ...base, test: {} })')).toEqual({
      code: expect.stringContaining(
        "{ ...base, test: {}, plugins: [...(base.plugins ?? []), python({ modules: ['./m.py'] })] }",
      ),
    })
  })

  test.each([
    ['export default { ...make(), test: {} }', 'spreads the result of a call'],
    ['export default { plugins: [], ...base }', 'has plugins before a spread'],
  ])('%s is refused', (code, refusal) => {
    expect(edit(code)).toEqual({ refusal: expect.stringContaining(refusal) })
  })
})

test('the example lies where `include` finds it', () => {
  const code = "export default { test: { include: ['tests/**/*.test.ts'] } }"
  const { changes } = planInit({
    esm: true,
    force: false,
    files: new Set(['vitest.config.ts']),
    read: (path) => (path === 'vitest.config.ts' ? code : undefined),
  })
  expect(changes.map(({ path }) => path)).toEqual([
    'vitest.config.ts',
    'python/greeting.py',
    'tests/greeting.test.ts',
  ])
})
