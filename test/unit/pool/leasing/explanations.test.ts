import { describe, expect, test } from 'vitest'
import { explainLoss, WENT_ON } from '../../../../src/pool/leasing/explanations.ts'
import type { LeaseRecord } from '../../../../src/pool/leasing/leaseLog.ts'
import type { Worker } from '../../../../src/pool/python/worker.ts'
import type { Exit } from '../../../../src/process/system/exit.ts'

const holder = { file: '/project/a.test.ts', test: 'hangs' }
const lease = { holder } as unknown as LeaseRecord

function loss(exit: Exit, lacksThreadsOf: string[]): string {
  const worker = { id: 'w1', pid: 7, log: '/nowhere', lacksThreadsOf } as unknown as Worker
  return explainLoss(worker, lease, exit)
}

describe('the loss of a forked worker', () => {
  test.each([
    ['a crash', { status: null, signal: 'SIGSEGV' }],
    ['an end by the library itself', { status: null, signal: 'SIGTERM' }],
    ['a call that does not return', { status: null, signal: 'SIGKILL', because: `f ${WENT_ON}` }],
  ])('names the libraries whose threads are missing: %s', (_, exit) => {
    expect(loss(exit as Exit, ['libgomp.so.1', '_polars.so'])).toContain(
      'orking is a likely cause: libgomp.so.1 and _polars.so had started native threads',
    )
    expect(loss(exit as Exit, ['libgomp.so.1'])).toContain("Set startMethod: 'spawn'")
  })

  test.each([
    ['libgomp.so.1', 'The call waits in libgomp.so.1. Forking is a likely cause'],
    ['_queue.so', 'If the call waits in native code, forking is a likely cause'],
    ['', 'If the call waits in native code, forking is a likely cause'],
  ])('of a call that does not return names the library only if it waits in one of them: %j', (waitsIn, text) => {
    const exit = { status: null, signal: 'SIGABRT', because: `f ${WENT_ON}`, waitsIn }
    expect(loss(exit, ['libgomp.so.1'])).toContain(text)
  })

  test.each([
    ['without native threads', { status: null, signal: 'SIGSEGV' }, []],
    ['after an exit', { status: 1, signal: null }, ['libgomp.so.1']],
    [
      'after the end of the forkserver',
      { status: null, signal: 'SIGKILL', because: 'the forkserver was killed' },
      ['x'],
    ],
    ['after a kill from outside', { status: null, signal: 'SIGKILL' }, ['libgomp.so.1']],
  ])('guesses nothing: %s', (_, exit, libraries) => {
    expect(loss(exit as Exit, libraries)).not.toContain('orking is')
  })
})
