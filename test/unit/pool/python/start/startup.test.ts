import { expect, test } from 'vitest'
import type { Peer } from '../../../../../src/pool/python/control.ts'
import { type StartReport, waitUntilReady } from '../../../../../src/pool/python/start/startup.ts'

const peer: Peer = { role: 'worker', id: 'w1', send: () => {} }
const failure = { type: 'OSError', message: 'No space left on device', traceback: '', module: null }
const FAILED: StartReport = { peer, line: { event: 'failed', failure } }

function wait(report: Promise<StartReport>) {
  return waitUntilReady({
    who: 'Worker w1',
    code: 'WORKER_START_FAILED',
    executable: 'python',
    log: '/nowhere',
    report,
    exited: Promise.resolve({ status: 1, signal: null }),
    timeout: 1_000,
    kill() {},
  })
}

test('a report that is read after the news of the end is the reason', async () => {
  const report = new Promise<StartReport>((resolve) => setImmediate(() => resolve(FAILED)))
  await expect(wait(report)).rejects.toThrow('Python did not start: OSError: No space left on device')
})

test('without a report, the end is the reason', async () => {
  await expect(wait(new Promise(() => {}))).rejects.toThrow(
    'worker w1 exited with status 1 before it was ready',
  )
})
