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
