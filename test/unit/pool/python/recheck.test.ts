import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Forkserver } from '../../../../src/pool/python/forkserver.ts'
import { startConfirmed, startRechecked } from '../../../../src/pool/python/recheck.ts'
import type { PythonInstallation } from '../../../../src/pool/python/start/programConfig.ts'

const CACHED = { executable: '/venv/bin/python', version: '3.11.1', prefix: '/venv', overlay: null }
const RIGHT = { ...CACHED, version: '3.12.4' }

const signal = vi.fn(async () => [])
let right: PythonInstallation | undefined
const recheck = vi.fn(async () => right)

beforeEach(() => {
  right = RIGHT
})
afterEach(() => {
  vi.useRealTimers()
  vi.clearAllMocks()
})

function forkserver(version: string, ended = Promise.resolve({ status: 0, signal: null })): Forkserver {
  const python = { executable: CACHED.executable, version, prefix: CACHED.prefix }
  return { pid: 1, startTime: '1', python, ended, exit: vi.fn() } as unknown as Forkserver
}

/** Starts what `starts` returns, one after the other, with facts from the cache. */
async function begin(starts: (() => Promise<Forkserver>)[], abort = AbortSignal.any([])) {
  const python = { installation: { ...CACHED, recheck } as PythonInstallation, reaper: { signal } }
  const seen: string[] = []
  const start = () => {
    seen.push(python.installation.version)
    return (starts.shift() as () => Promise<Forkserver>)()
  }
  const outcome = await startConfirmed(python, start, abort).catch((error: Error) => error)
  return { outcome, seen, installation: python.installation }
}

test('facts that the forkserver confirms are not checked', async () => {
  const first = forkserver('3.11.1')
  expect((await begin([async () => first])).outcome).toBe(first)
  expect(recheck).not.toHaveBeenCalled()
})

test('facts that it contradicts are replaced, and another forkserver starts', async () => {
  const [first, second] = [forkserver('3.12.4'), forkserver('3.12.4')]
  const { outcome, seen, installation } = await begin([async () => first, async () => second])
  expect(outcome).toBe(second)
  expect(first.exit).toHaveBeenCalledOnce()
  expect(seen).toEqual(['3.11.1', '3.12.4'])
  expect(installation).toEqual(RIGHT)
})

test('if the interpreter says the same, the first forkserver stays, and nothing is asked again', async () => {
  right = undefined
  const first = forkserver('3.12.4')
  const { outcome, installation } = await begin([async () => first])
  expect(outcome).toBe(first)
  expect(installation).toEqual(CACHED)
})

test('after a failed start with wrong facts, another forkserver starts', async () => {
  const second = forkserver('3.12.4')
  expect((await begin([() => Promise.reject(new Error('no')), async () => second])).outcome).toBe(second)
})

test('with right facts, or at the end of the run, the error of a failed start stays', async () => {
  const fail = () => Promise.reject(new Error('no'))
  expect((await begin([fail], AbortSignal.abort())).outcome).toEqual(new Error('no'))
  expect(recheck).not.toHaveBeenCalled()
  right = undefined
  expect((await begin([fail])).outcome).toEqual(new Error('no'))
})

test('a wrong forkserver that does not end is killed, and delays the start for 2 s', async () => {
  vi.useFakeTimers()
  const first = forkserver('3.12.4', new Promise(() => {}))
  const second = forkserver('3.12.4')
  const started = begin([async () => first, async () => second])
  await vi.advanceTimersByTimeAsync(2_000)
  expect((await started).outcome).toBe(second)
  expect(signal).toHaveBeenCalledExactlyOnceWith([first], 'SIGKILL')
})

test('a reaper that cannot be started with wrong facts is started with the right ones', async () => {
  const start = vi.fn(async ({ version }: PythonInstallation) => {
    if (version === CACHED.version) throw new Error('no')
    return version
  })
  await expect(startRechecked({ ...CACHED, recheck }, start)).resolves.toBe(RIGHT.version)
  right = undefined
  await expect(startRechecked({ ...CACHED, recheck }, start)).rejects.toThrow('no')
})
