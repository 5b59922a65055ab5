import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, type TestContext, test, vi } from 'vitest'
import { startTimeOf } from '../support/processes.ts'
import { runCli } from '../support/runCli.ts'
import { type FixtureOptions, type FixtureRun, NOTHING, runVitest, withVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const version = versions.at(-1)!
const KEEP = { orphans: { keep: ['gpg-agent'] } }
/** Milliseconds for an event that a busy machine may delay. */
const PATIENCE = 60_000

/** Runs of one machine: they share the directory of their run directories. */
function machine({ onTestFinished }: TestContext) {
  const runtime = mkdtempSync(join(tmpdir(), 'vpk-'))
  onTestFinished(() => rmSync(runtime, { recursive: true, force: true }))
  const env = { XDG_RUNTIME_DIR: runtime }
  return {
    runDirectories() {
      const base = join(runtime, `vitest-python-${process.getuid?.()}`)
      return existsSync(base) ? readdirSync(base).map((name) => join(base, name)) : []
    },
    options: (file: string, more: Partial<FixtureOptions> = {}): FixtureOptions => ({
      version,
      fixture: 'keeps',
      args: [`${file}.test.ts`],
      python: KEEP,
      ...more,
      env: { ...env, ...more.env },
    }),
    verify: (...words: string[]) => runCli(tmpdir(), ['verify', ...words], env),
    status: () => runCli(tmpdir(), ['status'], env),
  }
}

const pidIn = (output: string, what = 'agent') => Number(new RegExp(`${what}: (\\d+)`).exec(output)?.[1])
const isAlive = (pid: number) => startTimeOf(pid) !== undefined
const killAgent = (pid: number) =>
  vi.waitFor(
    () => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      expect(isAlive(pid)).toBe(false)
    },
    { timeout: PATIENCE },
  )

describe.concurrent('orphans.keep', () => {
  test('a kept process is counted, and known to verify, status and the next run', async (context) => {
    const { options, runDirectories, verify, status } = machine(context)
    await withVitest(options('agent'), async (run) => {
      const { exitCode, output } = await run.ended
      const agent = pidIn(output)
      expect(output).toMatch(new RegExp(`No orphaned processes: .* 1 kept: gpg-agent ${agent}\\.`))
      expect(exitCode).toBe(0)
      expect(isAlive(agent)).toBe(true)
      expect(runDirectories().map((path) => readdirSync(path))).toEqual([['run.json']])
      // `--reap` ends no kept process.
      const runId = /run ([0-9a-z]{7})/.exec(output)?.[1] ?? ''
      for (const words of [[], ['--reap']]) {
        // By its ID, because other tests run on this machine.
        const verified = await verify('--run', runId, ...words)
        expect(verified.output).toContain(`1 kept: gpg-agent ${agent}`)
        expect(verified.output).toContain('No orphaned processes')
        expect(verified.exitCode).toBe(0)
      }
      expect((await status()).output).not.toContain(runId)
      // A run that keeps nothing itself.
      const next = await runVitest(options('clean', { python: {} }))
      expect(next.output).not.toContain('survivors')
      expect(next.output).not.toContain('kept')
      expect(next.exitCode).toBe(0)
      expect(isAlive(agent)).toBe(true)
      expect(runDirectories()).toHaveLength(1)
      await killAgent(agent)
      expect((await runVitest(options('clean'))).exitCode).toBe(0)
      expect(runDirectories()).toEqual([])
    })
  })

  test('control: without it, the same process fails the run and is killed', async (context) => {
    const { options, runDirectories } = machine(context)
    const { exitCode, output, left } = await runVitest(options('agent', { python: {} }))
    expect(output).toMatch(/Found 1 orphaned process of run/)
    expect(output).toMatch(/gpg-agent 131.*killed now/)
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
    expect(runDirectories()).toEqual([])
  })

  test('processes that only call themselves so are orphans, and are killed beside a kept one', async (context) => {
    const { options } = machine(context)
    await withVitest(options('impostors'), async (run) => {
      const { exitCode, output } = await run.ended
      const agent = pidIn(output)
      expect(output).toMatch(/Found 2 orphaned processes of run/)
      expect(output.match(/; killed now/g)).toHaveLength(2)
      expect(output).toContain(`1 kept: gpg-agent ${agent}`)
      expect(exitCode).toBe(1)
      expect((await run.pythonProcesses()).map(({ pid }) => pid)).toEqual([agent])
    })
  })

  test.skipIf(spawnSync('gpg-agent', ['--version']).error !== undefined)(
    'the real gpg-agent',
    async (context) => {
      const { options } = machine(context)
      const AGENT_HOME = mkdtempSync(join(tmpdir(), 'vpg-'))
      context.onTestFinished(() => rmSync(AGENT_HOME, { recursive: true, force: true }))
      await withVitest(options('real', { env: { AGENT_HOME } }), async (run) => {
        const { exitCode, output } = await run.ended
        const agent = pidIn(output)
        expect(output).toContain(`1 kept: gpg-agent ${agent}`)
        expect(exitCode).toBe(0)
        expect(isAlive(agent)).toBe(true)
      })
      const control = await runVitest(options('real', { env: { AGENT_HOME: `${AGENT_HOME}/2` }, python: {} }))
      expect(control.output).toMatch(/Found 1 orphaned process/)
      expect(control.exitCode).toBe(1)
    },
  )

  describe.each([
    ['the runner', false],
    ['the runner and its reaper', true],
  ])('if %s is killed,', (_, withReaper) => {
    test('the kept process stays, and the others end', async (context) => {
      const { options, runDirectories } = machine(context)
      await withVitest(options('hangs', { deadline: 120_000 }), async (run) => {
        const { agent, impostors } = await inTheMiddle(run)
        const reaper = reaperIn(runDirectories()[0]!)
        process.kill(run.pid, 'SIGSTOP')
        if (withReaper) process.kill(reaper, 'SIGKILL')
        process.kill(run.pid, 'SIGKILL')
        await vi.waitFor(() => expect(isAlive(reaper)).toBe(false), { timeout: PATIENCE })
        if (!withReaper) expect(impostors.filter(isAlive)).toEqual([])
        const next = await runVitest(options('clean', { python: {} }))
        expect(next.output.includes('Ended the survivors of run')).toBe(withReaper)
        expect(next.exitCode).toBe(0)
        expect(impostors.filter(isAlive)).toEqual([])
        expect(isAlive(agent)).toBe(true)
        expect(runDirectories().map((path) => readdirSync(path))).toEqual([['run.json']])
      })
    })
  })
})

async function inTheMiddle(run: FixtureRun): Promise<{ agent: number; impostors: number[] }> {
  const started = join(run.directory, 'started.json')
  await Promise.race([
    vi.waitFor(() => expect(existsSync(started)).toBe(true), { timeout: PATIENCE }),
    run.ended.then(({ output }) => {
      throw new Error(`Vitest ended before its test had begun:\n${output}`)
    }),
  ])
  return JSON.parse(readFileSync(started, 'utf8'))
}

function reaperIn(runDirectory: string): number {
  const lines = readFileSync(join(runDirectory, 'processes.jsonl'), 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line)).find(({ id }) => id === 'reaper').pid
}
