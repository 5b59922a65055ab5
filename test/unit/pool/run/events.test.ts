import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test } from 'vitest'
import type { WorkerEvent } from '../../../../src/client/events/runEvents.ts'
import { reported } from '../../../../src/pool/python/reportedWorker.ts'
import type { Worker } from '../../../../src/pool/python/worker.ts'
import { RunEvents } from '../../../../src/pool/run/events.ts'
import type { Exit } from '../../../../src/process/system/exit.ts'
import { deferred } from '../../../../src/support/deferred.ts'

function heard(): WorkerEvent[] {
  const events: WorkerEvent[] = []
  const listen = (event: unknown) => void events.push(event as WorkerEvent)
  subscribe('vitest-python:worker', listen)
  onTestFinished(() => void unsubscribe('vitest-python:worker', listen))
  return events
}

/** A worker that ends when the test says so. */
async function lifeOf(events: RunEvents, act: (worker: Worker) => void, exit: Exit): Promise<void> {
  const exited = deferred<Exit>()
  const nothing = () => {}
  const start = reported(async ({ id, onProcess }) => {
    onProcess({ pid: 7, startTime: '1' }, exited.promise)
    const rest = { startTime: '1', address: '', session: '', log: '', exited: exited.promise }
    return {
      id,
      pid: 7,
      ...rest,
      askToExit: nothing,
      reset: async () => undefined,
      flush: async () => {},
      residentBytes: async () => 0,
      kill: nothing,
      abort: nothing,
    }
  }, events)
  const worker = await start({ id: 'w1', site: {}, onProcess: nothing } as never)
  act(worker)
  exited.resolve(exit)
  await exited.promise
}

test('every event reaches listeners of the run and subscribers of the channel', async () => {
  const published = heard()
  const events = new RunEvents('run-1')
  const told: string[] = []
  const stop = events.on((event) => told.push(`${event.topic} ${event.event}`))
  await lifeOf(events, (worker) => worker.askToExit(), { status: 0, signal: null })
  expect(told).toEqual(['worker started', 'worker ready', 'worker ended'])
  expect(published).toMatchObject([
    { event: 'started', runId: 'run-1', worker: 'w1', pid: 7 },
    { event: 'ready' },
    { event: 'ended', exit: { status: 0, signal: null, cause: 'asked' } },
  ])
  stop()
  await lifeOf(events, () => {}, { status: 1, signal: null })
  expect(told).toHaveLength(3)
  expect(published).toHaveLength(6)
})

test.each<[WorkerEvent['exit'], (worker: Worker) => void]>([
  [{ status: null, signal: 'SIGSEGV', cause: 'by itself' }, () => {}],
  [
    { status: null, signal: 'SIGKILL', cause: 'killed' },
    (worker) => {
      worker.askToExit()
      worker.kill()
    },
  ],
  [
    { status: null, signal: 'SIGABRT', cause: 'unresponsive' },
    (worker) => {
      worker.abort()
      worker.kill()
    },
  ],
])('the end of a worker has a cause: %o', async (exit, act) => {
  const published = heard()
  await lifeOf(new RunEvents('run-1'), act, { status: exit!.status, signal: exit!.signal as never })
  expect(published.at(-1)).toMatchObject({ event: 'ended', exit })
})

test('the end of a worker that does not come up is told as it was', async () => {
  const published = heard()
  const start = reported(async ({ onProcess }) => {
    onProcess({ pid: 9, startTime: '1' }, Promise.resolve({ status: 1, signal: null }))
    await Promise.resolve()
    throw new Error('no module')
  }, new RunEvents('run-1'))
  await expect(start({ id: 'w1', site: {}, onProcess() {} } as never)).rejects.toThrow('no module')
  expect(published.map(({ event }) => event)).toEqual(['started', 'ended'])
  expect(published.at(-1)?.exit).toEqual({ status: 1, signal: null, cause: 'by itself' })
})
