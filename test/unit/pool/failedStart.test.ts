import { expect, test, vi } from 'vitest'
import { Pool } from '../../../src/pool/pool.ts'
import type { Worker } from '../../../src/pool/worker.ts'

const starts: { succeed(worker: Worker): void; fail(error: Error): void }[] = []
vi.mock('../../../src/pool/worker.ts', () => ({
  startWorker: () => new Promise((succeed, fail) => starts.push({ succeed, fail })),
}))
vi.mock('../../../src/pool/record.ts', () => ({ recordProcess() {} }))
vi.mock('../../../src/pool/recycle.ts', () => ({ Wear: { begin: async () => undefined } }))
vi.mock('../../../src/pool/python.ts', () => ({
  PythonSide: class {
    epoch = 1
    sources = { add() {} }
    outdate = () => false
    start = async () => ({})
    endOutdated() {}
  },
}))

const LEASE_TIMEOUT = 60_000

test('a failed start is told to the test that waits, and not to one that only asks ahead', async () => {
  const options = { leaseTimeout: LEASE_TIMEOUT, maxWorkers: 4, spares: 0, isolation: 'test' }
  const pool = new Pool({ root: '/', options } as never, {} as never, () => {})
  const seen: string[] = []
  const ask = (file: string, need: 'now' | 'ahead') =>
    pool.request({
      ...{ holder: { file, test: file }, need, lost() {}, recalled() {} },
      granted: () => seen.push(`${file} granted`),
      failed: (message) => seen.push(`${file} failed: ${message}`),
    })
  const worker = {
    id: 'w1',
    pid: 1,
    address: '',
    log: '',
    exited: new Promise(() => {}),
    askToExit() {},
    kill() {},
  }
  ask('a', 'now')
  await vi.waitFor(() => expect(starts).toHaveLength(1))
  starts[0]?.succeed(worker as unknown as Worker)
  await vi.waitFor(() => expect(seen).toEqual(['a granted']))
  ask('a', 'ahead')
  ask('b', 'now')
  await vi.waitFor(() => expect(starts).toHaveLength(2))
  starts[1]?.fail(new Error('it did not start'))
  await vi.waitFor(() => expect(seen).toEqual(['a granted', 'b failed: it did not start']))
})
