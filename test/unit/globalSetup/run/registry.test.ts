import { expect, test, vi } from 'vitest'
import type { openRun } from '../../../../src/globalSetup/run/activeRun.ts'
import { Registry } from '../../../../src/globalSetup/run/registry.ts'

const pools = { default: {} as never }
const runs = (runId: string) => ({
  context: { runId } as never,
  options: {} as never,
  used: new Map([[`/${runId}.test.ts`, new Set(['/a.py'])]]),
  hasPython: false,
  fileChanged: () => [],
  coverage: async () => undefined,
  lastLook: async () => ({ processes: [], unknown: [] }),
  stop: async () => ({ report: `${runId} ended`, failed: false }),
})

test('projects join an open run, and not one that failed to open', async () => {
  const open = vi.fn<typeof openRun>()
  open.mockRejectedValueOnce(new Error('it did not come up'))
  open.mockResolvedValueOnce(runs('second'))
  const registry = new Registry({}, open)
  const together = [registry.acquire({ root: '/' }, pools), registry.acquire({ root: '/' }, pools)]
  for (const opening of together) await expect(opening).rejects.toThrow('it did not come up')
  for (let project = 0; project < 2; project++)
    expect(await registry.acquire({ root: '/' }, pools)).toEqual({ default: { runId: 'second' } })
  expect(open).toHaveBeenCalledTimes(2)
  for (let project = 0; project < 3; project++)
    expect(await registry.release()).toEqual({ reports: [], failed: false })
  expect(await registry.release()).toEqual({
    reports: ['second ended'],
    failed: false,
    used: new Map([['/second.test.ts', new Set(['/a.py'])]]),
  })
})
