import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import { describe, expect, inject, test, vi } from 'vitest'
import { cleanEnvironment } from '../support/environment.ts'
import type { Runner } from '../support/installation.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import { startCli } from '../support/runCli.ts'
import { layFixture, runVitest } from '../support/runVitest.ts'
import { covering, JEST, versions } from '../support/versions.ts'
import { watchVitest } from '../support/watchVitest.ts'

const INTERRUPTED = expect.stringContaining('(INTERRUPTED)')

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
    const { exitCode, output } = await runVitest({ version: JEST, fixture: 'jest-typed' })
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/Tests: +2 passed/),
    })
  })

  test('ends and reports a process that an import starts', async () => {
    using project = openProject(versions[0]!, 'typed')
    const python = join(project.directory, 'python/shop.py')
    const start = "subprocess.Popen(['sleep', '300'], env={}, start_new_session=True).pid"
    appendFileSync(python, `\nimport subprocess\nopen('pid', 'w').write(str(${start}))\n`)
    const { exitCode, output } = await project.types()
    const pid = readFileSync(join(project.directory, 'pid'), 'utf8')
    expect({ exitCode, output }).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining(
        `Importing your modules started processes that did not end by themselves. Killed: pid ${pid} (sleep 300).`,
      ),
    })
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
  })

  test('ends an import that hangs, and names the module', async () => {
    using project = openProject(versions[0]!, 'typed')
    const config = join(project.directory, 'vitest.config.ts')
    writeFileSync(config, readFileSync(config, 'utf8').replace('types:', 'startupTimeout: 3_000, types:'))
    writeFileSync(join(project.directory, 'python/shop.py'), 'import time\ntime.sleep(300)\n')
    expect(await project.types()).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('the inspection was not ready within 3000 ms; it was importing shop.'),
    })
  })

  test.each(['SIGINT', 'SIGKILL'] as const)('%s during an import leaves no process', async (signal) => {
    using project = openProject(versions[0]!, 'typed')
    const types = join(project.directory, 'types/python.d.ts')
    mkdirSync(dirname(types))
    writeFileSync(types, '// mine')
    const slow =
      "import os, time\nopen('pid.new', 'w').write(str(os.getpid()))\nos.rename('pid.new', 'pid')\n"
    writeFileSync(join(project.directory, 'python/shop.py'), `${slow}time.sleep(300)\n`)
    const { child, ended } = startCli(project.directory, ['types'])
    const pid = await vi.waitFor(() => Number(readFileSync(join(project.directory, 'pid'), 'utf8')), {
      timeout: PATIENCE_MS,
    })
    // Control: without the signal, it goes on.
    await sleep(500)
    process.kill(pid, 0)
    child.kill(signal)
    const { exitCode, output } = await ended
    if (signal === 'SIGINT')
      expect({ exitCode, output }).toMatchObject({ exitCode: 130, output: INTERRUPTED })
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: PATIENCE_MS })
    expect(readFileSync(types, 'utf8')).toBe('// mine')
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

describe('watch mode', () => {
  test.each(covering)('writes the types once if a signature changes: Vitest %s', async (version) => {
    await watchVitest({ version, fixture: 'typed' }, async (vitest) => {
      const python = join(vitest.directory, 'python/shop.py')
      const types = join(vitest.directory, 'types/python.d.ts')
      const rounds = () => vitest.output().split('press q to quit').length - 1
      /** Saves the module, and waits for the rerun and for the inspection, which has a run directory of its own. */
      const save = async (text: string, round: number) => {
        appendFileSync(python, text)
        await vi.waitFor(() => expect(vitest.runDirectories()).toHaveLength(2), {
          timeout: 30_000,
          interval: 5,
        })
        await vi.waitFor(() => expect(vitest.runDirectories()).toHaveLength(1), {
          timeout: 30_000,
          interval: 5,
        })
        await vitest.round(round)
      }
      await vitest.round(1)
      await save('\n\ndef add(a: int, b: int) -> int:\n    return a + b\n', 2)
      await vi.waitFor(() => expect(readFileSync(types, 'utf8')).toContain("'shop.add'"), PATIENCE_MS)
      const { mtimeMs } = statSync(types)
      await save('    # The same signature.\n', 3)
      // For a rerun that the file would have caused.
      await sleep(2_000)
      expect([statSync(types).mtimeMs, rounds()]).toEqual([mtimeMs, 3])
      expect(vitest.output().match(/Updated .*python\.d\.ts/g)).toHaveLength(1)
      vitest.press('q')
      expect(await vitest.ended).toMatchObject({
        exitCode: 0,
        output: expect.stringMatching(/No orphaned processes: run [0-9a-z]{7}/),
      })
      expect(vitest.runDirectories()).toEqual([])
    })
  })
})
