import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, inject, test } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import { makeProject, runCli } from '../support/runCli.ts'
import { JEST } from '../support/versions.ts'

function project(files: Record<string, string>) {
  const made = makeProject('init', JEST)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made.directory, name), text)
  return made
}

async function runJest(directory: string) {
  const { node } = inject('installations')[JEST]!
  const { exitCode, all } = await execa(node, ['../node_modules/jest/bin/jest.js', 'greeting'], {
    cwd: directory,
    all: true,
    reject: false,
    extendEnv: false,
    timeout: 60_000,
    env: cleanEnvironment(node),
  })
  return { exitCode, output: all }
}

describe.concurrent('init for Jest', () => {
  test.each([
    ['jest.config.mjs', { 'package.json': '{ "devDependencies": { "jest": "30" } }' }],
    ['jest.config.mjs', { 'package.json': '{ "type": "module", "devDependencies": { "jest": "30" } }' }],
    ['jest.config.js', { 'package.json': '{}', 'jest.config.js': 'module.exports = { verbose: true }\n' }],
    [
      'jest.config.json',
      {
        'package.json': '{}',
        'jest.config.json': '{\n  "testEnvironment": "jsdom",\n  "verbose": true\n}\n',
      },
    ],
    ['package.json', { 'package.json': '{\n  "name": "a",\n  "jest": { "verbose": true }\n}\n' }],
  ])('its example passes with %s: %j', async (config, files) => {
    using made = project(files)
    const { exitCode, output } = await runCli(made.directory, ['init'])
    expect(output).toContain(`+++ ${config}`)
    expect(output).toContain('Next: npx jest greeting')
    expect(exitCode).toBe(0)
    const tests = await runJest(made.directory)
    expect(tests.output).toMatch(/Tests: +1 passed, 1 total/)
    expect(tests.output).toContain('No orphaned processes')
    expect(tests.exitCode).toBe(0)

    const written = readFileSync(join(made.directory, config), 'utf8')
    const again = await runCli(made.directory, ['init'])
    expect(again.output).not.toContain('+++')
    expect(again.exitCode).toBe(0)
    expect(readFileSync(join(made.directory, config), 'utf8')).toBe(written)
  })

  test('an unknown runner is refused in one sentence', async () => {
    using made = project({ 'package.json': '{}' })
    const { exitCode, output } = await runCli(made.directory, ['init', '--runner', 'mocha'])
    expect(output).toContain("argument 'mocha' is invalid. Allowed choices are vitest, jest.")
    expect(exitCode).toBe(1)
  })
})
