import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeProject, runCli, startCli } from '../support/runCli.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { CTRL_C, onTerminal } from '../support/terminal.ts'
import { covering } from '../support/versions.ts'
import { basePython, script } from '../unit/pool/interpreter/scratch.ts'

describe.concurrent.each(covering)('Vitest %s', (version) => {
  const SLOW = /^ python {2}Python is starting: importing .*heavy.* …$/m

  test('a slow import is reported, and so is its end', async () => {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'slow' })
    expect(output).toMatch(SLOW)
    expect(output).toMatch(/^ python {2}Python is ready after [2-9]\.\d s$/m)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('--silent hides progress, but not the verdict', async () => {
    const { exitCode, output } = await runVitest({ version, fixture: 'slow', args: ['--silent'] })
    expect(output).not.toContain('Python is starting')
    expect(output).not.toContain('Python is ready')
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
  })

  test('the output of a JSON reporter stays valid JSON', async () => {
    const wrap = (command: string[]) => ['sh', '-c', 'exec "$@" 2>/dev/null', 'sh', ...command]
    const run = await runVitest({ version, fixture: 'slow', args: ['--reporter=json'], wrap })
    // Vitest 5 writes a file and prints its name.
    if (version.startsWith('5.')) expect(run.output).toMatch(/^JSON report written to \S+\n?$/)
    else expect(JSON.parse(run.output)).toMatchObject({ numPassedTests: 1, success: true })
    expect(run.exitCode).toBe(0)
  })

  test.each(['eager', 'lazy'])('a terminal gets each line once, with start: %s', async (start) => {
    const config =
      "import { python } from 'vitest-environment-python/vitest'\n" +
      `export default { plugins: [python({ modules: ['./python/heavy.py'], start: '${start}' })] }\n`
    const wrap = onTerminal
    const env = { TERM: 'xterm' }
    const files = { 'vitest.config.ts': config }
    const { exitCode, output } = await runVitest({ version, fixture: 'slow', files, wrap, env })
    const lines = output.split(/[\r\n]+/)
    expect(lines.filter((line) => SLOW.test(line))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith(' python  Python is ready after'))).toHaveLength(1)
    expect(exitCode).toBe(0)
  })
})

describe.concurrent('setup', () => {
  const HIDDEN = '\x1b[?25l'
  const SHOWN = '\x1b[?25h'
  const start = (directory: string, env: NodeJS.ProcessEnv) =>
    startCli(directory, ['setup'], { TERM: 'xterm', ...env }, onTerminal([]))

  test('shows a spinner on a terminal, and keeps the finished steps', async () => {
    using project = makeProject('terminal')
    const { exitCode, stdout } = await start(project.directory, {}).ended
    expect(stdout).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] Starting a worker …/)
    expect(stdout).toMatch(/✓ Python 3\.\d+\.\d+: .*\r\n/)
    expect(stdout).toMatch(/✓ A worker answered a gRPC call .*\r\n/)
    expect(stdout).toContain(HIDDEN)
    expect(stdout.lastIndexOf(SHOWN)).toBeGreaterThan(stdout.lastIndexOf(HIDDEN))
    expect(exitCode).toBe(0)
  })

  test('shows the cursor again after Ctrl-C', async () => {
    using project = makeProject('terminal')
    const uv = script(join(project.directory, 'bin/uv'), 'touch "$6/half"; exec sleep 60')
    const { child, ended } = start(project.directory, {
      VITEST_PYTHON_CACHE: join(project.directory, 'cache'),
      VITEST_PYTHON: basePython,
      PATH: `${join(uv, '..')}:${process.env['PATH']}`,
    })
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
    })
    const installing = () => printed.includes('with uv …')
    await expect.poll(installing, { timeout: 30_000, message: 'uv to be started' }).toBe(true)
    child.stdin?.write(CTRL_C)
    const { exitCode, stdout } = await ended
    expect(stdout.lastIndexOf(SHOWN)).toBeGreaterThan(stdout.lastIndexOf(HIDDEN))
    expect(stdout).toContain('(OVERLAY_INTERRUPTED)')
    expect(exitCode).toBe(130)
    expect(readdirSync(join(project.directory, 'cache/overlay'))).toEqual([])
  })

  test('writes one line for each step in a log and in CI', async () => {
    using project = makeProject('terminal')
    const inLog = await runCli(project.directory, ['setup'])
    const inCi = await start(project.directory, { CI: 'true' }).ended
    for (const { stdout, output, exitCode } of [inLog, inCi]) {
      expect(stdout).not.toContain(HIDDEN)
      expect(output.match(/^ {2}Starting a worker …\r?$/gm)).toHaveLength(1)
      expect(output).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/)
      expect(exitCode).toBe(0)
    }
  })
})
