import { expect, test } from 'vitest'
import { LeaseLog } from '../../../../../src/pool/leasing/leaseLog.ts'
import { ownerOf, partSurvivors } from '../../../../../src/pool/verdict/leaks/survivors.ts'
import type { MarkedProcess } from '../../../../../src/process/run/sweep.ts'
import { system } from '../../../../../src/process/system/system.ts'

/** A process that started just now, with nothing that names its lease. */
function processWith(cookie: MarkedProcess['cookie']): MarkedProcess {
  const { startTime } = system.identityOf(process.pid)!
  const rest = { name: 'sleep', state: 'S', parent: 1, session: 1, threads: 1, directory: undefined }
  return {
    pid: process.pid,
    startTime,
    runId: 'abc1234',
    cookie,
    lease: undefined,
    command: 'sleep',
    ...rest,
  }
}

/** The log of a run with these tests, which all use Python now. */
function logOf(...tests: string[]): LeaseLog {
  const log = new LeaseLog()
  for (const [at, name] of tests.entries()) {
    const holder = { file: 'a.test.ts', test: name }
    log.take(log.open(`w${at}`, 2 ** 23 + at, holder, 0), holder, 0)
  }
  return log
}

test('a process that has cleared its environment is of the only test at that time', () => {
  expect(ownerOf(processWith('limit'), logOf('one'))?.holder.test).toBe('one')
  expect(ownerOf(processWith('limit'), logOf('one', 'two'))).toBeUndefined()
})

test.each([
  'environment',
  'both',
] as const)('a process whose environment names no lease is of no test: %s', (cookie) => {
  // A worker that imports your modules, or the forkserver, has started it.
  expect(ownerOf(processWith(cookie), logOf('one'))).toBeUndefined()
})

test('a child of its worker is of the test, whatever its environment says', () => {
  const log = logOf('one', 'two')
  const records = [log.get('l2')!]
  expect(ownerOf(processWith('both'), log, new Set([process.pid]), records)?.holder.test).toBe('two')
})

test('a process in the session of a worker is of its test, although that has ended', () => {
  const log = logOf('guilty', 'untouched')
  const guilty = log.get('l1')!
  log.close(guilty, 1)
  log.noteWorkerEnd(guilty.workerId, 2)
  const child = { ...processWith('limit'), session: guilty.workerPid }
  expect(ownerOf(child, log)?.holder.test).toBe('guilty')
  // Without its session, only the test is left that runs.
  expect(ownerOf(processWith('limit'), log)?.holder.test).toBe('untouched')
})

test('a process that shows no environment is looked at again, unless its test is known', () => {
  const log = logOf('one', 'two')
  const part = (marked: MarkedProcess, of: LeaseLog) =>
    partSurvivors([marked], [of.get('l1')!], (process) => ownerOf(process, of))
  const executing = processWith('limit')
  expect(part(executing, log)).toEqual({ found: [], vanished: 1 })
  const executed: MarkedProcess = { ...processWith('both'), lease: 'l1' }
  expect(part(executed, log)).toEqual({ found: [{ process: executed, lease: log.get('l1') }], vanished: 0 })
  // Control: nothing is expected to change about these.
  expect(part({ ...executed, lease: 'l2' }, log)).toEqual({ found: [], vanished: 0 })
  expect(part(processWith('both'), log)).toEqual({ found: [], vanished: 0 })
  expect(part(executing, logOf('one')).found).toHaveLength(1)
})
