import { expect, test, vi } from 'vitest'
import type { LeasedPython } from '../../../../src/client/python/leasedPython.ts'
import { GlobalPython } from '../../../../src/environment/vitest/globalPython.ts'

/** The global of a test file, over a client that answers at once. */
function laid() {
  const facts = {
    runId: 'abc1234',
    workerId: 'w1',
    pid: 7,
    address: 'unix:///w1.sock',
    metadata: {},
    tls: {},
  }
  const client = { ...facts, invoke: vi.fn(async () => 42) }
  const lease = vi.fn(async () => client as unknown as LeasedPython)
  return { python: new GlobalPython(lease), client, lease }
}

test.each([
  'pid',
  'runId',
  'workerId',
  'address',
  'metadata',
  'tls',
] as const)('%s is there once a process is leased', async (member) => {
  const { python, client } = laid()
  expect(() => python[member]).toThrow(
    expect.objectContaining({ code: 'NOT_LEASED', message: expect.stringContaining(`python.${member}`) }),
  )
  await python.ready()
  expect(python[member]).toBe(client[member])
})

test('the process is leased with the first use, once', async () => {
  const { python, lease } = laid()
  expect(lease).not.toHaveBeenCalled()
  expect(await python.call('m.f')).toBe(42)
  await python.call('m.f')
  await python.ready()
  expect(lease).toHaveBeenCalledOnce()
})
