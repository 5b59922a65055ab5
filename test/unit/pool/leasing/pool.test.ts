import { describe, expect, test, vi } from 'vitest'
import { Pool } from '../../../../src/pool/leasing/pool.ts'
import type { Priority } from '../../../../src/pool/leasing/requests/priority.ts'
import { SimulatedProcesses } from './simulatedProcesses.ts'

/** A pool whose workers start when the test says so, and the answers to its requests. */
function poolOf(options: {
  maxWorkers: number
  spares?: number
  isolation?: 'test' | 'shared'
  reset?: string
}) {
  const processes = new SimulatedProcesses()
  const all = {
    leaseTimeout: 60_000,
    spares: 0,
    isolation: 'test',
    stopTimeout: 1_000,
    recycle: {},
    resetTimeout: 50,
    ...options,
  }
  const pool = new Pool({ root: '/', directory: {}, options: all } as never, processes)
  const seen: string[] = []
  const ask = (file: string, priority: Priority, recalled = () => {}) =>
    pool.request({
      holder: { file, test: file },
      priority,
      granted: ({ worker }) => seen.push(`${file} granted ${worker.id}`),
      failed: (message) => seen.push(`${file} failed: ${message}`),
      lost: (message) => seen.push(`${file} lost: ${message}`),
      recalled() {
        seen.push(`${file} recalled`)
        recalled()
      },
    })
  const started = async (number: number) => {
    await vi.waitFor(() => expect(processes.workers.length).toBeGreaterThanOrEqual(number), {
      timeout: 15_000,
    })
    return processes.workers[number - 1]!
  }
  const told = (...expected: string[]) =>
    vi.waitFor(() => expect(seen).toEqual(expected), { timeout: 15_000 })
  return { pool, processes, ask, started, told }
}

test('a failed start is reported to the test that waits, and not to a prefetch', async () => {
  const { ask, started, told } = poolOf({ maxWorkers: 4 })
  ask('a', 'test')
  ;(await started(1)).comeUp()
  await told('a granted w1')
  ask('a', 'prefetch')
  ask('b', 'test')
  ;(await started(2)).fail(new Error('it did not start'))
  await told('a granted w1', 'b failed: it did not start')
})

test('a test process that does not give a worker back does not keep others from being asked', async () => {
  const { ask, started, told } = poolOf({ maxWorkers: 2 })
  const lease = ask('idle', 'file', () => lease.end('intact'))
  ask('busy', 'file')
  ;(await started(1)).comeUp()
  ;(await started(2)).comeUp()
  await told('idle granted w1', 'busy granted w2')
  ask('waits', 'test')
  await told('idle granted w1', 'busy granted w2', 'busy recalled', 'idle recalled', 'waits granted w1')
})

test('a worker that ends at once is lost by the test that took it, although that is told later', async () => {
  const { ask, pool, started, told } = poolOf({ maxWorkers: 1 })
  const lease = ask('a', 'file')
  const worker = await started(1)
  worker.comeUp()
  await told('a granted w1')
  worker.exit({ status: 3, signal: null })
  await new Promise(setImmediate)
  lease.take({ file: 'a', test: 'one' })
  const loss =
    'a lost: The Python process of this lease (worker w1, pid 1) exited with status 3 during "one" (a).'
  await told('a granted w1', loss)
  expect(pool.counts().leasesGranted).toBe(1)
})

test('a worker that has ended is not kept if it is given back', async () => {
  const { ask, pool, started, told } = poolOf({ maxWorkers: 1, spares: 1 })
  const lease = ask('a', 'file')
  const worker = await started(1)
  worker.comeUp()
  await told('a granted w1')
  worker.exit({ status: 3, signal: null })
  await new Promise(setImmediate)
  lease.end('intact')
  expect(pool.counts().idle).toBe(0)
})

test('a worker that replaces a spare does not start while the test that took it waits for its first answer', async () => {
  const { pool, ask, processes, started, told } = poolOf({ maxWorkers: 4, spares: 1 })
  const lease = ask('a', 'file')
  const first = await started(1)
  first.comeUp()
  await told('a granted w1')
  const spare = await started(2)
  spare.comeUp()
  await vi.waitFor(() => expect(pool.counts().idle).toBe(2), { timeout: 15_000 })
  lease.take({ file: 'a', test: 'one' })
  ask('b', 'test')
  expect(processes.workers).toHaveLength(2)
  // The request for the next test comes after the first answer.
  ask('a', 'prefetch')
  await started(3)
})

test('spares start soon even if no test process asks for more', async () => {
  const { pool, ask, processes, started, told } = poolOf({ maxWorkers: 4, spares: 1 })
  ask('a', 'test')
  ;(await started(1)).comeUp()
  await told('a granted w1')
  ;(await started(2)).comeUp()
  await vi.waitFor(() => expect(pool.counts().idle).toBe(1), { timeout: 15_000 })
  ask('b', 'test')
  expect(processes.workers).toHaveLength(2)
  await started(3)
})

test('a worker that cannot be interrupted is lost with the reason, and replaced for the next test', async () => {
  const { ask, started, told } = poolOf({ maxWorkers: 1 })
  const lease = ask('a', 'test')
  const worker = await started(1)
  worker.comeUp()
  await told('a granted w1')
  lease.killUnresponsive('model.train')
  worker.exit({ status: null, signal: 'SIGABRT' })
  const loss =
    'a lost: The Python process of this lease (worker w1, pid 1) was killed by SIGABRT, ' +
    'because model.train went on after it was interrupted during "a" (a).'
  await told('a granted w1', loss)
  ask('b', 'test')
  ;(await started(2)).comeUp()
  await told('a granted w1', loss, 'b granted w2')
})

test('the end of the run refuses the tests that wait, and every later one', async () => {
  const { pool, ask, told } = poolOf({ maxWorkers: 1 })
  ask('a', 'test')
  await pool.stopWorkers()
  ask('b', 'test')
  await told(
    'a failed: The run ended while the test waited for this lease.',
    'b failed: The run has ended, so no Python process can be leased.',
  )
})

test('a shared worker serves one test after another, and with changed modules a new one does', async () => {
  const { pool, processes, ask, started, told } = poolOf({ maxWorkers: 1, isolation: 'shared' })
  const first = ask('a', 'test')
  ;(await started(1)).comeUp()
  await told('a granted w1')
  first.end()
  const second = ask('b', 'test')
  await told('a granted w1', 'b granted w1')
  processes.changed = true
  pool.fileChanged()
  second.end()
  ask('c', 'test')
  ;(await started(2)).comeUp()
  await told('a granted w1', 'b granted w1', 'c granted w2')
})

describe('the function of `reset`', () => {
  async function leaseTwice(prepare: (processes: SimulatedProcesses) => void) {
    const { processes, ask, started, told } = poolOf({ maxWorkers: 1, isolation: 'shared', reset: 'm.reset' })
    prepare(processes)
    const first = ask('a', 'test')
    ;(await started(1)).comeUp()
    await told('a granted w1')
    first.end()
    ask('b', 'test')
    return { processes, started, told }
  }

  test('is called between two leases, and the worker is kept', async () => {
    const { processes, told } = await leaseTwice(() => {})
    await told('a granted w1', 'b granted w1')
    expect(processes.resets).toEqual(['m.reset'])
    expect(processes.announced).toEqual([])
  })

  test('has its worker replaced if it fails, and the reason is printed', async () => {
    const { processes, started, told } = await leaseTwice((all) => {
      all.reset = async () => 'failed:\nValueError: no'
    })
    ;(await started(2)).comeUp()
    await told('a granted w1', 'b granted w2')
    expect(processes.announced).toEqual([
      'Worker w1 is replaced, because m.reset (option reset) failed:\nValueError: no',
    ])
  })

  test('has its worker replaced if it takes too long', async () => {
    const { processes, started, told } = await leaseTwice((all) => {
      all.reset = () => new Promise(() => {})
    })
    ;(await started(2)).comeUp()
    await told('a granted w1', 'b granted w2')
    expect(processes.announced).toEqual([
      'Worker w1 is replaced, because m.reset (option reset) has not ended within 50 ms (resetTimeout).',
    ])
  })
})

describe('a crash of a forked worker', () => {
  async function crashWithSpare(libraries: string[]) {
    const { pool, processes, ask, started, told } = poolOf({ maxWorkers: 3 })
    processes.libraries = libraries
    ask('a', 'test')
    const spare = ask('b', 'file')
    const [worker, forked] = [await started(1), await started(2)]
    worker.comeUp()
    forked.comeUp()
    await told('a granted w1', 'b granted w2')
    worker.exit({ status: null, signal: 'SIGSEGV' })
    await vi.waitFor(() => expect(pool.counts().leased).toBe(0), { timeout: 15_000 })
    spare.end('intact')
    return { processes, forked }
  }

  test('with native threads before the fork has the pool spawn, and replace the workers that were forked', async () => {
    const { processes, forked } = await crashWithSpare(['_polars.so'])
    expect(processes.distrusted).toEqual([
      'w1, a forked worker, crashed, and it lacked the native threads of _polars.so.',
    ])
    await vi.waitFor(() => expect(forked.asked).toBe(true), { timeout: 15_000 })
  })

  test('control: without native threads, the pool goes on forking', async () => {
    const { processes } = await crashWithSpare([])
    expect(processes.distrusted).toEqual([])
  })
})
