import { expect, test } from 'vitest'
import { LeaseLog, type LeaseRecord } from '../../../../src/pool/leasing/leaseLog.ts'

/** A lease of a worker that a test has taken. */
function taken(log: LeaseLog, workerId: string): LeaseRecord {
  const holder = { file: 'a.test.ts', test: 'a test' }
  const record = log.open(workerId, 1, holder, 0)
  log.take(record, holder, 0)
  return record
}

const idsOf = (records: LeaseRecord[]) => records.map(({ id }) => id)

test('the end of a worker counts for each of its leases, and for no other', () => {
  const log = new LeaseLog()
  const [first, other, second] = [taken(log, 'w1'), taken(log, 'w2'), taken(log, 'w1')]
  log.noteWorkerEnd('w1', 1_000)
  expect([first, second].map(({ workerEndedAt }) => workerEndedAt)).toEqual([1_000, 1_000])
  expect(idsOf(log.aliveAt(5_000))).toEqual([other.id])
})

test('the end of a worker counts for the leases that are still remembered', () => {
  const log = new LeaseLog()
  const forgotten = taken(log, 'w1')
  const kept = taken(log, 'w1')
  for (let n = 0; n < 9_999; n++) taken(log, 'w2')
  expect([forgotten.id, kept.id].map((id) => log.get(id))).toEqual([undefined, kept])
  log.noteWorkerEnd('w1', 1_000)
  expect(kept.workerEndedAt).toBe(1_000)
  expect(forgotten.workerEndedAt).toBeUndefined()
})
