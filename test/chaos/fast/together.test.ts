import { describe, expect, test, vi } from 'vitest'
import { isAlive, send } from '../support/identity.ts'
import type { ChaosRun } from '../support/run.ts'
import { type Scene, withScene } from '../support/scene.ts'

describe.concurrent('two runs', () => {
  test('concurrently in one project do not touch each other, even if one is killed', async () => {
    await withScene({}, async (scene) => {
      const first = scene.start({ tests: [{ hold: 30_000 }] })
      await first.until('held')
      const second = scene.start({ tests: [{ hold: 2_500 }, {}] })
      await second.until('held')
      const workers = second.left()
      send(first.runner, 'SIGKILL')
      expect(workers.map(isAlive)).toEqual([true])
      const { exitCode, output } = await second.ended
      expect(output).toMatch(/Tests +2 passed/)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors(1_000)).toEqual([])
    })
  })

  test("control: without the match of the run ID, one that is killed takes the other's processes with it", async () => {
    await withScene({ without: ['run ID match'] }, async (scene) => {
      const [first, second] = [1, 2].map(() => scene.start({ tests: [{ hold: 30_000 }] })) as [
        ChaosRun,
        ChaosRun,
      ]
      await Promise.all([first.until('held'), second.until('held')])
      const workers = second.left()
      expect(workers.map(isAlive)).toEqual([true])
      send(first.runner, 'SIGKILL')
      await vi.waitFor(() => expect(workers.map(isAlive)).toEqual([false]), { timeout: 60_000 })
    })
  })

  test('one started by a test of the other: both pass', async () => {
    await withScene({}, async (scene) => {
      const nested = vitestAgain(scene)
      const { exitCode, output } = await scene.start({ tests: [{ runs: nested }] }).ended
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('control: without the match of run ID and age, one inside a test of the other ends its processes', async () => {
    await withScene({ without: ['run ID match', 'age'] }, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ runs: vitestAgain(scene) }] }).ended
      expect(output).toMatch(/Found \d+ orphaned processes/)
      expect(output).toMatch(/The reaper \(pid \d+\) was killed by SIGKILL/)
      expect(exitCode).toBe(1)
    })
  })

  test('one started by a Python worker of the other: both pass', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['run', vitestAgain(scene), {}]] }] })
      const { exitCode, output } = await run.ended
      const [status, printed] = run.events('run')[0]!.value as [number, string]
      expect(printed).toContain('No orphaned processes')
      expect(status).toBe(0)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors()).toEqual([])
    })
  })
})

/** A command that runs the same project again, with one test that passes. */
function vitestAgain({ installation }: Scene): string[] {
  const forgotten = ['VITEST', 'VITEST_MODE', 'VITEST_POOL_ID', 'VITEST_WORKER_ID', 'TEST', 'NODE_ENV']
  return [
    ...['env', ...forgotten.flatMap((name) => ['-u', name])],
    ...['CHAOS_TESTS=[{"name":"inside"}]', 'CHAOS_EVENTS=/dev/null'],
    ...[installation.node, '../node_modules/vitest/vitest.mjs', 'run'],
  ]
}
