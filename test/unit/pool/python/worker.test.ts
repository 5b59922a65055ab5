import { afterEach, expect, test, vi } from 'vitest'
import type { Listener, Peer } from '../../../../src/pool/python/control.ts'
import { startWorker, type WorkerStart } from '../../../../src/pool/python/worker.ts'
import type { Exit } from '../../../../src/process/system/exit.ts'

afterEach(() => vi.useRealTimers())

/** A worker on another machine, which answers to `measure` with the bytes; not at all if there are none. */
async function remoteWorker(resident?: number) {
  let listener: Listener = () => {}
  const peer: Peer = {
    role: 'worker',
    id: 'w1',
    send: ({ op }) => {
      if (op === 'measure' && resident !== undefined) listener({ event: 'measured', resident }, peer)
    },
  }
  let end = () => {}
  const exited = new Promise<Exit>((resolve) => {
    end = () => resolve({ status: 0, signal: null })
  })
  const start = {
    id: 'w1',
    run: { options: { startupTimeout: 1_000 } },
    control: {
      expect: (_role: string, _id: string, given: Listener) => {
        listener = given
      },
    },
    forkserver: {
      start: async () => {
        queueMicrotask(() => listener({ event: 'ready', address: '10.0.0.2:1', session: '' }, peer))
        return { pid: 1, startTime: '1', exited }
      },
    },
    installation: { executable: 'python' },
    site: { node: '10.0.0.2', mirror: '/nowhere' },
    onProcess() {},
  } as unknown as WorkerStart
  return { worker: await startWorker(start), end }
}

test('a worker on another machine measures its memory itself', async () => {
  const { worker } = await remoteWorker(5_000_000)
  await expect(worker.residentBytes()).resolves.toBe(5_000_000)
})

test('one that ends meanwhile, or does not answer within 2 s, has 0 bytes', async () => {
  vi.useFakeTimers()
  const { worker, end } = await remoteWorker()
  const silent = worker.residentBytes()
  await vi.advanceTimersByTimeAsync(2_000)
  await expect(silent).resolves.toBe(0)
  const ending = worker.residentBytes()
  end()
  await expect(ending).resolves.toBe(0)
})
