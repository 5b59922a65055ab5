import { describe, expect, test } from 'vitest'
import { send } from '../support/identity.ts'
import { withScene } from '../support/scene.ts'

/** Milliseconds from the runner's end to that of everything it had started. */
const BOUND = 1_000

describe.concurrent('a runner that is killed', () => {
  test.each([
    ['mid-test', []],
    ['without a control group', ['control group' as const]],
  ])('leaves nothing, daemons included: %s', async (_, without) => {
    await withScene({ without }, async (scene) => {
      const run = scene.start({
        tests: [{ calls: [['daemon'], ['daemon_bare'], ['daemon_fork'], ['daemon_stubborn']], hold: 30_000 }],
      })
      await run.until('held')
      expect(send(run.runner, 'SIGKILL')).toBe(true)
      expect(await scene.survivors(BOUND)).toEqual([])
      expect(scene.runDirectories()).toEqual([])
    })
  })

  test('control: without the owner watch, a killed runner leaves its reaper and the daemons', async () => {
    await withScene({ without: ['owner watch', 'control group'] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['daemon']], hold: 30_000 }] })
      await run.until('held')
      send(run.runner, 'SIGKILL')
      const left = (await scene.survivors(BOUND)).join('\n')
      expect(left).toContain('reaper')
      expect(left).toContain('sleep 121')
    })
  })
})
