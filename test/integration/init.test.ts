import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, inject, test } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import { makeProject, runCli } from '../support/runCli.ts'
import { versions } from '../support/versions.ts'

const CONFIG =
  "import { defineConfig } from 'vitest/config'\n\nexport default defineConfig({\n  test: { watch: false },\n})\n"

function project(files: Record<string, string>) {
  const made = makeProject('init')
  const all = { 'package.json': '{ "type": "module" }', ...files }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(made.directory, name), text)
  return made
}

/** Runs the tests of a project with the Vitest beside it. */
async function runTests(directory: string) {
  const { node } = inject('installations')[versions[0]!]!
  const options = { cwd: directory, all: true, reject: false, extendEnv: false, timeout: 60_000 } as const
  const env = cleanEnvironment(node)
  const { exitCode, all } = await execa(node, ['../node_modules/vitest/vitest.mjs', 'run'], {
    ...options,
    env,
  })
  return { exitCode, output: all }
}

describe.concurrent('init', () => {
  test.each([
    ['writes a configuration', 'vitest.config.ts', {}],
    [
      'writes a configuration that a CommonJS package can load',
      'vitest.config.mts',
      { 'package.json': '{}' },
    ],
    [
      'edits an existing configuration and offers types',
      'vitest.config.ts',
      { 'vitest.config.ts': CONFIG, 'tsconfig.json': '{}' },
    ],
    ['edits a configuration of Vite', 'vite.config.mjs', { 'vite.config.mjs': CONFIG }],
  ])('%s, and its example passes', async (_, config, files) => {
    using made = project(files)
    const { exitCode, output } = await runCli(made.directory, ['init'])
    expect(output).toContain(`+++ ${config}`)
    expect(output).toContain("+import { python } from 'vitest-environment-python/vitest'")
    expect(exitCode).toBe(0)
    const tests = await runTests(made.directory)
    expect(tests.output).toContain('1 passed')
    expect(tests.output).toContain('No orphaned processes')
    expect(tests.exitCode).toBe(0)
    if (!('tsconfig.json' in files)) return
    const before = readFileSync(join(made.directory, config), 'utf8')
    expect(before).toContain("types: './python.d.ts'")
    expect(await runCli(made.directory, ['types'])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Wrote python.d.ts.'),
    })
    expect(await runCli(made.directory, ['init'])).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(made.directory, config), 'utf8')).toBe(before)
  })

  test('--dry-run shows the changes and writes nothing', async () => {
    using made = project({ 'vitest.config.ts': CONFIG })
    const { exitCode, output } = await runCli(made.directory, ['init', '--dry-run'])
    expect(output).toContain("+  plugins: [python({ modules: ['./python/greeting.py'] })],")
    expect(exitCode).toBe(0)
    expect(readFileSync(join(made.directory, 'vitest.config.ts'), 'utf8')).toBe(CONFIG)
    expect(readdirSync(made.directory).sort()).toEqual(['package.json', 'vitest.config.ts'])
  })

  test('--debug adds launch configurations for VS Code, and nothing else, once', async () => {
    using made = project({ 'vitest.config.ts': CONFIG })
    const { exitCode, output } = await runCli(made.directory, ['init', '--debug'])
    expect(output).toContain('+++ .vscode/launch.json')
    expect(output).toContain('Next: open a test in VS Code, choose "Vitest and Python"')
    expect(exitCode).toBe(0)
    expect(readdirSync(made.directory).sort()).toEqual(['.vscode', 'package.json', 'vitest.config.ts'])
    const again = await runCli(made.directory, ['init', '--debug'])
    expect(again).toMatchObject({
      exitCode: 0,
      output: '.vscode/launch.json already has "Vitest and Python".',
    })
  })

  test('does not touch a configuration that it cannot edit, and prints the lines to paste', async () => {
    using made = project({ 'vitest.config.ts': 'export default mergeConfig(a, {})\n' })
    const { exitCode, output } = await runCli(made.directory, ['init'])
    expect(output).toContain('INIT_CONFIG_NOT_EDITABLE')
    expect(output).toContain("plugins: [python({ modules: ['./python/greeting.py'] })]")
    expect(exitCode).toBe(1)
    expect(existsSync(join(made.directory, 'python'))).toBe(false)
  })

  test('refuses a directory without package.json', async () => {
    using made = makeProject('init')
    const { exitCode, output } = await runCli(made.directory, ['init'])
    expect(output).toContain('INIT_NO_PROJECT')
    expect(exitCode).toBe(1)
  })
})
