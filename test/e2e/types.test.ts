import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { describe, expect, inject, test } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import type { Runner } from '../support/installation.ts'
import { layFixture, runVitest } from '../support/runVitest.ts'
import { JEST, versions } from '../support/versions.ts'

/** A fixture project beside an installation, with the commands that a user runs in it. */
function openProject(runner: Runner, fixture?: string) {
  const { directory: beside, node } = inject('installations')[runner]!
  const directory = mkdtempSync(join(beside, `${fixture ?? 'empty'}-`))
  if (fixture) layFixture(directory, fixture)
  else writeFileSync(join(directory, 'package.json'), '{}')
  const run = async (program: string, ...args: string[]) => {
    const path = join(beside, 'node_modules', program)
    const options = { cwd: directory, all: true, reject: false, stdin: 'ignore', extendEnv: false } as const
    const { exitCode, all } = await execa(node, [path, ...args], { ...options, env: cleanEnvironment(node) })
    return { exitCode, output: stripVTControlCharacters(all) }
  }
  return {
    directory,
    types: (...args: string[]) => run('vitest-environment-python/dist/cli.js', 'types', ...args),
    compile: () => run('typescript/bin/tsc', '-p', '.'),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}

describe('vitest-python types', () => {
  test.each(
    versions,
  )('writes types that the compiler and the tests agree with: Vitest %s', async (version) => {
    using project = openProject(version, 'typed')
    const file = join(project.directory, 'types/python.d.ts')
    expect(await project.types()).toEqual({
      exitCode: 0,
      output: expect.stringContaining('Wrote types/python.d.ts.'),
    })
    const { mtimeMs } = statSync(file)
    expect(await project.types()).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('is up to date'),
    })
    expect(await project.types('--check')).toMatchObject({ exitCode: 0 })
    expect(statSync(file).mtimeMs).toBe(mtimeMs)
    expect(await project.compile()).toEqual({ exitCode: 0, output: '' })
    const { exitCode, output } = await runVitest({ version, fixture: 'typed' })
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/Tests +2 passed/),
    })
  })

  test('--check fails and shows the difference if a signature has changed', async () => {
    using project = openProject(versions[0]!, 'typed')
    await project.types()
    const python = join(project.directory, 'python/shop.py')
    const before = readFileSync(join(project.directory, 'types/python.d.ts'), 'utf8')
    writeFileSync(python, readFileSync(python, 'utf8').replace('tax: float = 0', 'vat: float = 0'))
    const { exitCode, output } = await project.types('--check')
    expect(exitCode).toBe(1)
    expect(output).toMatch(/^- +tax\?: number \| Float$/m)
    expect(output).toMatch(/^\+ +vat\?: number \| Float$/m)
    expect(output).toContain('types/python.d.ts does not match the signatures of Python.')
    expect(readFileSync(join(project.directory, 'types/python.d.ts'), 'utf8')).toBe(before)
  })

  test('gives Jest the same types', async () => {
    using project = openProject(JEST, 'jest-typed')
    expect(await project.types()).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Wrote python.d.ts.'),
    })
    expect(await project.compile()).toEqual({ exitCode: 0, output: '' })
  })

  test('says what is missing', async () => {
    using empty = openProject(versions[0]!)
    expect(await empty.types()).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('(TYPES_NO_CONFIG)'),
    })
    using blocked = openProject(versions[0]!, 'typed')
    mkdirSync(join(blocked.directory, 'types/python.d.ts'), { recursive: true })
    expect(await blocked.types()).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('(TYPES_NOT_WRITABLE)'),
    })
    using broken = openProject(versions[0]!, 'typed')
    writeFileSync(join(broken.directory, 'python/shop.py'), 'import nothing_of_this_name\n')
    const { exitCode, output } = await broken.types()
    expect({ exitCode, output }).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('(PYTHON_START_FAILED)'),
    })
    expect(output).toContain(
      "importing shop raised ModuleNotFoundError: No module named 'nothing_of_this_name'",
    )
  })
})
