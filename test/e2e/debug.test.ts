import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { developmentPython } from '../../scripts/development-python.mjs'
import { DebugClient } from '../support/debugClient.ts'
import { type FixtureRun, NOTHING, pathOfFixture, runVitest, withVitest } from '../support/runVitest.ts'
import { covering, JEST, nightly } from '../support/versions.ts'

// It has debugpy.
const VITEST_PYTHON = await developmentPython()
/** The line of `twice = number * 2` in sums.py. */
const LINE = 7
/** Longer than every time limit of the fixture project. */
const LONG_MS = 2_000

/** Listens on a port of the loopback address. */
async function takePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, free: () => new Promise((resolve) => server.close(resolve)) }
}

async function freePort(): Promise<number> {
  const { port, free } = await takePort()
  await free()
  return port
}

/** Debugs the three tests of sums.test as an editor does. */
async function debugAll(run: FixtureRun, port: number): Promise<void> {
  const file = `${run.directory}/python/sums.py`
  const first = await DebugClient.attach(port, file, [LINE])
  const { threadId, reason, frames } = await first.stopped()
  expect({ reason, names: frames.map(({ name }) => name) }).toEqual({
    reason: 'breakpoint',
    names: ['double'],
  })
  expect(frames[0]).toMatchObject({ line: LINE, source: { path: file } })
  const { result } = await first.request('evaluate', { expression: 'number + 1', frameId: frames[0]!.id })
  expect(result).toBe('22')
  await first.request('next', { threadId })
  expect((await first.stopped()).frames[0]).toMatchObject({ name: 'double', line: LINE + 1 })
  await sleep(LONG_MS)
  await first.request('continue', { threadId })

  // The next test has another worker.
  expect(await first.event('terminated')).toEqual({ restart: true })
  const second = await DebugClient.attach(port, file, [LINE])
  const again = await second.stopped()
  const frameId = again.frames[0]!.id
  expect(await second.request('evaluate', { expression: 'number', frameId })).toMatchObject({ result: '4' })
  await second.request('continue', { threadId: again.threadId })
  expect(await second.event('terminated')).toEqual({ restart: true })

  const third = await DebugClient.attach(port, file, [])
  expect((await third.stopped()).frames[0]).toMatchObject({ name: 'stop' })
  // An editor that leaves lets Python go on.
  third.close()
}

async function expectCleanEnd(run: FixtureRun, passed: string): Promise<void> {
  const { exitCode, output } = await run.ended
  expect(output).toContain(passed)
  expect(output).toContain('No orphaned processes')
  expect(output).not.toContain('frozen modules')
  expect(exitCode).toBe(0)
  expect({ processes: await run.pythonProcesses(), runDirectories: run.runDirectories() }).toEqual(NOTHING)
}

describe.concurrent.each(covering)('Vitest %s', (version) => {
  const options = { version, fixture: 'debug', env: { VITEST_PYTHON } }

  test('an editor stops Python in each test, and the verdict is clean', async () => {
    const port = await freePort()
    await withVitest({ ...options, args: ['sums'], python: { debug: { port } } }, async (run) => {
      await debugAll(run, port)
      await expectCleanEnd(run, '4 passed (4)')
    })
  })

  test('with --inspect, no test waits; breakpoint() without an editor says what to do', async () => {
    const port = await freePort()
    const env = { VITEST_PYTHON, DEBUG_PORT: `${port}` }
    const args = ['stops', '--inspect=127.0.0.1:0', '--no-file-parallelism']
    const { output, exitCode, left } = await runVitest({ ...options, env, args })
    expect(output).toMatch(
      /sums\.py:\d+: breakpoint\(\) did not stop, because no debugger is attached\. To stop/,
    )
    expect(output).not.toContain('BdbQuit')
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })

  test('a port that is taken is an error before the tests', async () => {
    const { port, free } = await takePort()
    const { output, exitCode, left } = await runVitest({
      ...options,
      args: ['sums'],
      python: { debug: { port } },
    })
    await free()
    expect(output).toContain(
      `SetupError [DEBUG_PORT_TAKEN]: The Python debugger cannot listen on 127.0.0.1:${port}: another program is using the port.`,
    )
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })
})

test.runIf(nightly)('Jest: an editor stops Python in each test, and the verdict is clean', async () => {
  const port = await freePort()
  const options = { version: JEST, fixture: 'debug-jest', env: { VITEST_PYTHON } } as const
  const files = { 'python/sums.py': readFileSync(`${pathOfFixture('debug')}/python/sums.py`, 'utf8') }
  await withVitest({ ...options, files, args: ['--runInBand'], python: { debug: { port } } }, async (run) => {
    await debugAll(run, port)
    await expectCleanEnd(run, '4 passed, 4 total')
  })
})
