import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { BrokerConnection } from '../../../../src/client/lease/brokerConnection.ts'
import { openRun } from '../../../../src/globalSetup/run/activeRun.ts'
import { resolveOptions } from '../../../../src/options/options.ts'

const directory = mkdtempSync(join(tmpdir(), 'vp-'))
vi.stubEnv('XDG_RUNTIME_DIR', directory)
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

test('one listener watches the exit code after any number of start attempts, and none after the end of the run', async () => {
  const others = process.listeners('exit')
  const own = () => process.listeners('exit').filter((listener) => !others.includes(listener))
  const provide = vi.fn(async () => {
    throw new Error('there is no Python')
  })
  const run = await openRun(directory, resolveOptions({ leaseTimeout: 20 }), { provide })
  const broker = new BrokerConnection(run.context)
  const tried = provide.mock.calls.length
  const triedAgain = async (times: number) => {
    await expect(broker.acquire({ file: 'a.test.ts', test: 'a' })).rejects.toThrow('there is no Python')
    expect(provide.mock.calls.length).toBeGreaterThanOrEqual(tried + times)
  }
  try {
    await vi.waitFor(() => triedAgain(1), { timeout: 20_000, interval: 200 })
    expect(own()).toHaveLength(1)
    await vi.waitFor(() => triedAgain(2), { timeout: 20_000, interval: 200 })
    expect(own()).toHaveLength(1)
  } finally {
    await run.stop()
  }
  expect(own()).toEqual([])
})
