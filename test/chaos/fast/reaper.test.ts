import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS, promised } from '../../support/patience.ts'
import { vitestPython } from '../support/cli.ts'
import { isAlive, send } from '../support/identity.ts'
import { withScene } from '../support/scene.ts'

describe.concurrent('a reaper that is killed', () => {
  // Depends on the load of the machine, so it gets more than one try.
  test('fails the run with the reason, is noticed at once and leaves nothing', { retry: 2 }, async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({
        tests: [{ calls: [['daemon'], ['daemon_bare']], hold: 5_000 }, { name: 'next' }],
      })
      await run.until('held')
      const reaper = await run.role('reaper')
      const worker = await run.role('w1')
      const began = performance.now()
      send(reaper, 'SIGKILL')
      while (isAlive(worker)) await sleep(2)
      expect(performance.now() - began).toBeLessThan(promised(100))
      const { exitCode, output } = await run.ended
      expect(output).toMatch(new RegExp(`The reaper \\(pid ${reaper.pid}\\) was killed by SIGKILL`))
      // The error of the second test.
      expect(output).toContain('LeaseError [REAPER_DIED]: The reaper')
      expect(output).not.toContain('No orphaned processes')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('control: without PDEATHSIG, its forkserver and workers outlive it', async () => {
    await withScene({ without: ['PDEATHSIG'] }, async (scene) => {
      const run = scene.start({ tests: [{ hold: 3_000 }] })
      await run.until('held')
      const [reaper, forkserver] = [await run.role('reaper'), await run.role('forkserver-1')]
      send(reaper, 'SIGKILL')
      await sleep(200)
      expect(isAlive(forkserver)).toBe(true)
    })
  })

  test('together with the runner: the next run kills the remaining daemon and reports it', async () => {
    await withScene({ without: ['control group'] }, async (scene) => {
      const first = scene.start({ tests: [{ calls: [['daemon_bare']], hold: 30_000 }] })
      await first.until('held')
      const reaper = await first.role('reaper')
      send(reaper, 'SIGKILL')
      send(first.runner, 'SIGKILL')
      await vi.waitFor(async () => expect(await scene.survivors()).toHaveLength(1), { timeout: PATIENCE_MS })
      expect((await scene.survivors()).join()).toContain('sleep 122')
      const { exitCode, output } = await scene.start().ended
      expect(output).toMatch(
        /Ended the survivors of run [0-9a-z]{7}, whose runner was killed: pid \d+ \(sleep 122\)/,
      )
      expect(exitCode).toBe(0)
      expect(await scene.survivors()).toEqual([])
      expect(scene.runDirectories()).toEqual([])
    })
  })

  test('together with the runner: `vitest-python verify` exits with 1, and with --reap kills the survivors', async () => {
    await withScene({ without: ['control group'] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['daemon'], ['daemon_bare']], hold: 30_000 }] })
      await run.until('held')
      // Other runs of this user are listed, too, and decide about its status: those of other tests may have survivors.
      expect((await vitestPython(scene, 'status')).output).toContain(`${run.pid}`)
      expect(JSON.parse((await vitestPython(scene, 'status', '--json')).stdout)).toContainEqual(
        expect.objectContaining({ ownerPid: run.pid }),
      )
      const runId = scene.runDirectories()[0]!.slice(-7)
      const ask = (...args: string[]) => vitestPython(scene, 'verify', '--run', runId, ...args)
      send(await run.role('reaper'), 'SIGKILL')
      send(run.runner, 'SIGKILL')
      // Until the kernel has ended the others.
      await vi.waitFor(async () => expect(await scene.survivors()).toHaveLength(2), { timeout: PATIENCE_MS })
      const found = await ask()
      expect(found.exitCode).toBe(1)
      expect(found.output).toMatch(
        /sleep 121[\s\S]*2 orphaned processes alive|sleep 122[\s\S]*2 orphaned processes alive/,
      )
      expect(JSON.parse((await ask('--json')).stdout)).toMatchObject({ clean: false, left: [{}, {}] })
      expect((await ask('--reap')).output).toContain('Ended 2 orphaned processes')
      expect(await scene.survivors()).toEqual([])
      expect(await ask()).toMatchObject({ exitCode: 0 })
    })
  })

  test('control: with environment and limit cookie gone, the next run finds no daemon', async () => {
    await withScene({ without: ['control group', 'limit cookie'] }, async (scene) => {
      const first = scene.start({ tests: [{ calls: [['daemon_bare']], hold: 30_000 }] })
      await first.until('held')
      send(await first.role('reaper'), 'SIGKILL')
      send(first.runner, 'SIGKILL')
      await vi.waitFor(async () => expect(await scene.survivors()).toHaveLength(1), { timeout: PATIENCE_MS })
      await scene.start().ended
      expect(await scene.survivors()).toHaveLength(1)
    })
  })
})

describe.concurrent('a process that is stopped', () => {
  test.each([
    ['reaper', 'reaper'],
    ['forkserver', 'forkserver-1'],
    ['worker', 'w1'],
  ])('%s: the teardown ends in time, the run fails if it is not proven clean, and nothing is left', async (what, role) => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [{ hold: 300 }], python: { isolation: 'shared', spares: 0 } })
      await run.until('held')
      const target = await run.role(role)
      if (what === 'worker') await run.until('over')
      const began = performance.now()
      send(target, 'SIGSTOP')
      const { exitCode } = await run.ended
      expect(performance.now() - began).toBeLessThan(promised(15_000))
      if (what !== 'worker') expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })
})
