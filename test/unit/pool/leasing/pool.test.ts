import { expect, test, vi } from 'vitest'
import type { Need } from '../../../../src/pool/leasing/need.ts'
import { Pool } from '../../../../src/pool/leasing/pool.ts'
import type { Worker } from '../../../../src/pool/python/worker.ts'

const starts: { succeed(worker: Worker): void; fail(error: Error): void }[] = []
vi.mock('../../../../src/pool/python/worker.ts', () => ({
  startWorker: () => new Promise((succeed, fail) => starts.push({ succeed, fail })),
}))
vi.mock('../../../../src/pool/run/record.ts', () => ({ recordProcess() {} }))
vi.mock('../../../../src/pool/leasing/recycle.ts', () => ({ Wear: { begin: async () => undefined } }))
vi.mock('../../../../src/pool/python/python.ts', () => ({
  PythonSide: class {
    epoch = 1
    sources = { add() {} }
    outdate = () => false
    start = async () => ({})
    endOutdated() {}
  },
}))

const LEASE_TIMEOUT = 60_000

/** A pool whose workers start when the test says so, and what those who ask are told. */
function poolOf(options: { maxWorkers: number }) {
  starts.length = 0
  const all = { leaseTimeout: LEASE_TIMEOUT, spares: 0, isolation: 'test', stopTimeout: 1_000, ...options }
  const pool = new Pool({ root: '/', options: all } as never, {} as never, () => {})
  const seen: string[] = []
  const ask = (file: string, need: Need, recalled = () => {}) =>
    pool.request({
      holder: { file, test: file },
      need,
      lost() {},
      granted: () => seen.push(`${file} granted`),
      failed: (message) => seen.push(`${file} failed: ${message}`),
      recalled() {
        seen.push(`${file} recalled`)
        recalled()
      },
    })
  const comesUp = async (number: number) => {
    await vi.waitFor(() => expect(starts.length).toBeGreaterThanOrEqual(number))
    let exit = (_: unknown) => {}
    const exited = new Promise((resolve) => {
      exit = resolve
    })
    const askToExit = () => exit({ status: 0, signal: null })
    const worker = { id: `w${number}`, pid: number, address: '', log: '', exited, askToExit, kill() {} }
    starts[number - 1]?.succeed(worker as unknown as Worker)
  }
  const told = (...expected: string[]) => vi.waitFor(() => expect(seen).toEqual(expected))
  return { ask, comesUp, told }
}

test('a failed start is told to the test that waits, and not to one that only asks ahead', async () => {
  const { ask, comesUp, told } = poolOf({ maxWorkers: 4 })
  ask('a', 'now')
  await comesUp(1)
  await told('a granted')
  ask('a', 'ahead')
  ask('b', 'now')
  await vi.waitFor(() => expect(starts).toHaveLength(2))
  starts[1]?.fail(new Error('it did not start'))
  await told('a granted', 'b failed: it did not start')
})

test('a test process that does not give a worker back does not keep others from being asked', async () => {
  const { ask, comesUp, told } = poolOf({ maxWorkers: 2 })
  const lease = ask('idle', 'soon', () => lease.end('intact'))
  ask('busy', 'soon')
  await comesUp(1)
  await comesUp(2)
  await told('idle granted', 'busy granted')
  ask('waits', 'now')
  await told('idle granted', 'busy granted', 'busy recalled', 'idle recalled', 'waits granted')
})
