import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS, promised } from '../../support/patience.ts'
import { identitiesIn, isAlive, send, stateOf } from '../support/identity.ts'
import type { Layer } from '../support/layers.ts'
import { withScene } from '../support/scene.ts'

/** Milliseconds in which everything ends, on an idle machine. */
const BOUND = 1_000
const KINDS: [string][] = [['daemon'], ['daemon_bare'], ['daemon_fork'], ['daemon_stubborn']]

describe.concurrent('a runner that is killed', () => {
  test.each<[string, Layer[]]>([
    ['in a control group', []],
    ['without a control group', ['control group']],
  ])('mid-test leaves nothing, daemons included, %s', async (_, without) => {
    await withScene({ without }, async (scene) => {
      const run = scene.start({ tests: [{ calls: KINDS, hold: 30_000 }] })
      await run.until('held')
      expect(send(run.runner, 'SIGKILL')).toBe(true)
      expect(await scene.survivors(promised(BOUND))).toEqual([])
      expect(scene.runDirectories()).toEqual([])
    })
  })

  test('control: without the owner watch, its reaper and the daemons stay', async () => {
    await withScene({ without: ['owner watch', 'control group'] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['daemon']], hold: 30_000 }] })
      await run.until('held')
      send(run.runner, 'SIGKILL')
      const left = (await scene.survivors(promised(BOUND))).join('\n')
      expect(left).toContain('reaper')
      expect(left).toContain('sleep 121')
    })
  })

  test('control: without kill tree, last sweep and control group, the daemons stay', async () => {
    await withScene(
      { without: ['kill tree', 'last sweep of the reaper', 'control group'] },
      async (scene) => {
        const run = scene.start({ tests: [{ calls: [['daemon']], hold: 30_000 }] })
        await run.until('held')
        send(run.runner, 'SIGKILL')
        expect((await scene.survivors(promised(BOUND))).join('\n')).toContain('sleep 121')
      },
    )
  })

  test.each([
    ['before the reaper is armed leaves no reaper', [] as Layer[], 0],
    ['control: without the owner watch, one killed before the reaper is armed leaves it', ['owner watch'], 1],
  ] as [string, Layer[], number][])('%s', async (_, without, left) => {
    await withScene({ without: [...without, 'slow arming'] }, async (scene) => {
      const run = scene.start({ tests: [{}] })
      const reaper = await scene.started(/python reaper --run-id/)
      send(run.runner, 'SIGKILL')
      // The reaper sleeps before it is armed, and its interpreter takes a while to start.
      const grace = left === 0 ? PATIENCE_MS : promised(3_200 + BOUND)
      expect(await scene.survivors(grace)).toHaveLength(left)
      expect(isAlive(reaper)).toBe(left === 1)
    })
  })

  test('while a worker holds the GIL leaves nothing', async () => {
    await withScene({ without: ['control group'] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['&hold_gil', 30]], hold: 30_000 }] })
      await run.until('held')
      // In this time, the call has reached its worker. If it has not, the test asks less than it could.
      await sleep(100)
      send(run.runner, 'SIGKILL')
      expect(await scene.survivors(promised(BOUND))).toEqual([])
    })
  })

  test.each<[string, string, Layer[]]>([
    ['together with its reaper leaves nothing, even if a worker is stopped', 'nothing', []],
    [
      'control: without PDEATHSIG, one killed with its reaper leaves a stopped worker',
      'python worker',
      ['PDEATHSIG', 'end with the control socket'],
    ],
  ])('%s', async (_, expected, without) => {
    await withScene({ without: ['control group', ...without] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['&stop_self']], hold: 30_000 }] })
      await run.until('held')
      const reaper = await run.role('reaper')
      // On a busy machine, the test may have leased another worker than the first.
      const states = () => [...run.roles().values()].map((identity) => stateOf(identity))
      await vi.waitFor(() => expect(states()).toContain('T'), { timeout: PATIENCE_MS })
      send(reaper, 'SIGKILL')
      send(run.runner, 'SIGKILL')
      const left = await scene.survivors(promised(BOUND))
      if (expected === 'nothing') expect(left).toEqual([])
      else expect(left).not.toEqual([])
    })
  })

  test.each<[string, Layer[], boolean]>([
    ['leaves nothing, even if a sibling has inherited its descriptors', [], true],
    [
      'control: without the watch by pidfd, a sibling that has inherited the lifeline hides it',
      ['watch by pidfd'],
      false,
    ],
  ])('%s', async (_, without, clean) => {
    await withScene({ without: ['control group', ...without] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['daemon']], hold: 30_000 }] })
      await run.until('held')
      const sibling = await scene.holdDescriptorsOf(run.runner)
      send(run.runner, 'SIGKILL')
      expect((await scene.survivors(promised(BOUND))).length === 0).toBe(clean)
      expect(isAlive(sibling)).toBe(true)
    })
  })

  test('but one that is only stopped keeps its processes, and passes after it continues', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [{ hold: 2_500 }] })
      await run.until('held')
      const [reaper, forkserver] = [await run.role('reaper'), await run.role('forkserver-1')]
      send(run.runner, 'SIGSTOP')
      await sleep(1_500)
      expect([reaper, forkserver].map(isAlive)).toEqual([true, true])
      send(run.runner, 'SIGCONT')
      expect(await run.ended).toMatchObject({ exitCode: 0 })
    })
  })

  test('control: if stopped counts as ended, a runner that is merely stopped loses its processes', async () => {
    await withScene({ without: ['stopped is not ended'] }, async (scene) => {
      const run = scene.start({ tests: [{ hold: 30_000 }] })
      await run.until('held')
      const [reaper, forkserver] = [await run.role('reaper'), await run.role('forkserver-1')]
      send(run.runner, 'SIGSTOP')
      await vi.waitFor(() => expect([reaper, forkserver].map(isAlive)).toEqual([false, false]), {
        timeout: PATIENCE_MS,
      })
    })
  })

  test('control: without SIGKILL, a daemon that ignores every other signal stays', async () => {
    await withScene({ without: ['control group', 'SIGKILL'] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['daemon'], ['daemon_stubborn']], hold: 30_000 }] })
      await run.until('held')
      const left = run.events('daemon').concat(run.events('daemon_stubborn'))
      const alive = () => left.map(({ value }) => identitiesIn(value).every(isAlive))
      send(run.runner, 'SIGKILL')
      await vi.waitFor(() => expect(alive()).toEqual([false, true]), { timeout: PATIENCE_MS })
    })
  })
})
