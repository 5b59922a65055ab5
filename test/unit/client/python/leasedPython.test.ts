import { expect, test } from 'vitest'
import { WorkerLostError } from '../../../../src/client/errors/errors.ts'
import type { Lease } from '../../../../src/client/lease/lease.ts'
import { LeasedPython } from '../../../../src/client/python/leasedPython.ts'

test.each([
  '/nowhere',
  '',
])('a call after the end of its worker fails with the reason (session %j)', async (session) => {
  const lost = new WorkerLostError('The worker was killed by SIGKILL.')
  const lease = {
    context: { token: 't', runId: 'abc1234' },
    leaseId: 'l1',
    workerId: 'w1',
    address: 'unix:/nowhere',
    session,
    pid: 1,
    lost: Promise.resolve(lost),
  } as unknown as Lease
  const python = new LeasedPython(lease)
  await lease.lost
  await expect(python.call('m.f', [])).rejects.toThrow('The worker was killed by SIGKILL.')
  python.close()
})
