import { expect, test, vi } from 'vitest'
import { openRun } from '../../../../src/globalSetup/run/activeRun.ts'
import { Registry } from '../../../../src/globalSetup/run/registry.ts'

vi.mock('../../../../src/globalSetup/run/activeRun.ts', () => ({ openRun: vi.fn() }))

const pools = { default: {} as never }
const runs = (runId: string) => ({
  context: { runId } as never,
  fileChanged: () => [],
  stop: async () => ({ report: `${runId} ended`, failed: false }),
})

test('projects join the run that is open, and none that failed to open', async () => {
  vi.mocked(openRun).mockRejectedValueOnce(new Error('it did not come up'))
  vi.mocked(openRun).mockResolvedValueOnce(runs('second'))
  const registry = new Registry()
  const together = [registry.acquire('/', pools), registry.acquire('/', pools)]
  for (const opening of together) await expect(opening).rejects.toThrow('it did not come up')
  for (let project = 0; project < 2; project++)
    expect(await registry.acquire('/', pools)).toEqual({ default: { runId: 'second' } })
  expect(openRun).toHaveBeenCalledTimes(2)
  for (let project = 0; project < 3; project++)
    expect(await registry.release()).toEqual({ reports: [], failed: false })
  expect(await registry.release()).toEqual({ reports: ['second ended'], failed: false })
})
