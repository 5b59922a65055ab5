import { existsSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { vitestPython } from '../support/cli.ts'
import { send } from '../support/identity.ts'
import type { ChaosRun, Scenario } from '../support/run.ts'
import { withScene } from '../support/scene.ts'

describe.concurrent('shared memory of a worker', () => {
  const hold: Scenario = { calls: [['shared_memory']], hold: 30_000 }
  const segmentOf = (run: ChaosRun) => run.events('shared_memory')[0]?.value as string

  test('that is killed with its runner: verify names it, and does not delete it', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [hold] })
      await run.until('held')
      const segment = segmentOf(run)
      scene.atEnd(() => rmSync(segment, { force: true }))
      // In use, it is not named.
      expect((await vitestPython(scene, 'verify')).output).not.toContain(segment)
      send(await run.role('w1'), 'SIGKILL')
      send(run.runner, 'SIGKILL')
      await run.ended
      expect(await scene.survivors(1_000)).toEqual([])
      const { output } = await vitestPython(scene, 'verify')
      expect(output).toContain(segment)
      expect(existsSync(segment)).toBe(true)
    })
  })

  test('control: of a worker that ends by itself, nothing is left', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [{ ...hold, hold: 0 }] })
      expect(await run.ended).toMatchObject({ exitCode: 0 })
      expect(existsSync(segmentOf(run))).toBe(false)
      expect((await vitestPython(scene, 'verify')).output).not.toContain(segmentOf(run))
    })
  })
})
