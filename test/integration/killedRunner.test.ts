import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS, promised } from '../support/patience.ts'
import { startTimeOf } from '../support/processes.ts'
import { type FixtureRun, withVitest } from '../support/runVitest.ts'
import { covering, pools } from '../support/versions.ts'

/** Milliseconds between the runner's end and the end of its last process. */
const PROMISED = 1_000

describe.concurrent.each(covering)('Vitest %s', (version) => {
  test.each(pools)('SIGKILL of the runner ends every process of its run, in %s', async (pool) => {
    await withVitest({ version, pool, fixture: 'hangs' }, async (run) => {
      await inTheMiddle(run)
      process.kill(run.pid, 'SIGKILL')
      expect(await run.pythonProcesses(promised(PROMISED))).toEqual([])
      expect((await run.ended).signal).toBe('SIGKILL')
      await vi.waitFor(() => expect(run.runDirectories()).toEqual([]), { timeout: PATIENCE_MS })
    })
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s to the runner ends every process of its run, and it exits with %i', async (signal, status) => {
    await withVitest({ version, fixture: 'hangs' }, async (run) => {
      await inTheMiddle(run)
      process.kill(run.pid, signal)
      const ended = await run.ended
      expect(await run.pythonProcesses(promised(PROMISED))).toEqual([])
      expect(ended.signal ?? ended.exitCode).toBeOneOf([signal, status])
      await vi.waitFor(() => expect(run.runDirectories()).toEqual([]), { timeout: PATIENCE_MS })
    })
  })
})

/** Waits until the test calls Python and has started processes that are hard to find. */
async function inTheMiddle(run: FixtureRun): Promise<void> {
  const started = join(run.directory, 'started.json')
  const ended = run.ended.then(({ output }) => {
    throw new Error(`Vitest ended before its test had begun:\n${output}`)
  })
  const begun = async () => {
    while (!existsSync(started)) await sleep(20)
  }
  await Promise.race([begun(), ended])
  const { pids } = JSON.parse(readFileSync(started, 'utf8')) as { pids: number[] }
  expect(pids.filter((pid) => startTimeOf(pid) === undefined)).toEqual([])
  // Control: the oracle sees them now.
  expect((await run.pythonProcesses()).map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids))
}
