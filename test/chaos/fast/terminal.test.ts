import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS, promised } from '../../support/patience.ts'
import { CTRL_C, HANG_UP, onTerminal } from '../../support/terminal.ts'
import type { Layer } from '../support/layers.ts'
import type { ChaosRun } from '../support/run.ts'
import { type Scene, withScene } from '../support/scene.ts'

/** Milliseconds in which everything ends, on an idle machine. */
const BOUND = 1_000

const UNWATCHED: Layer[] = ['owner watch', 'control group']

describe.concurrent('in a terminal', () => {
  test.each<[string, Layer[], boolean]>([
    ['Ctrl-C, twice within 50 ms, leaves nothing', [], true],
    ['control: without the owner watch, Ctrl-C leaves reaper and daemons', UNWATCHED, false],
  ])('%s', async (_, without, clean) => {
    await withScene({ without }, async (scene) => {
      const run = startHeld(scene)
      await run.until('held')
      await interruptTwice(run)
      expect((await run.ended).exitCode).not.toBe(0)
      await expectNothingLeft(scene, clean)
      expect(scene.runDirectories().length === 0).toBe(clean)
    })
  })

  test.each<[string, Layer[], boolean]>([
    ['closing it leaves nothing', [], true],
    ['control: without the owner watch, closing it leaves reaper and daemons', UNWATCHED, false],
  ])('%s', async (_, without, clean) => {
    await withScene({ without }, async (scene) => {
      const run = startHeld(scene)
      await run.until('held')
      run.stdin!.write(HANG_UP)
      await run.ended
      await expectNothingLeft(scene, clean)
    })
  })

  test.each<[string, Layer[], boolean]>([
    ['Ctrl-C during teardown leaves nothing and does not pass', [], true],
    [
      'control: without the owner watch and a failure being kept, Ctrl-C during teardown leaves a daemon and passes',
      [...UNWATCHED, 'failure kept'],
      false,
    ],
  ])('%s', async (_, without, clean) => {
    await withScene({ without }, async (scene) => {
      // Stopped workers make the teardown wait for stopTimeout.
      const run = scene.start({
        wrap: onTerminal,
        stdin: 'pipe',
        python: { stopTimeout: 10_000, isolation: 'shared' },
        tests: [{ calls: [['daemon'], ['&stop_self']] }],
        env: { DEBUG: 'vitest-python:verdict' },
      })
      await run.until('over')
      const begun = () => expect(run.output()).toContain('waits for the workers to end')
      await vi.waitFor(begun, { timeout: PATIENCE_MS })
      // Vitest prints this before the teardown.
      expect(run.output()).toMatch(/Test Files +1 passed/)
      await interruptTwice(run)
      expect((await run.ended).exitCode === 0).toBe(!clean)
      const left = await scene.survivors(promised(BOUND))
      if (clean) expect(left).toEqual([])
      else expect(left.join()).toContain('sleep 121')
    })
  })
})

function startHeld(scene: Scene): ChaosRun {
  return scene.start({
    wrap: onTerminal,
    stdin: 'pipe',
    tests: [{ calls: [['ignore_signals'], ['daemon_bare'], ['daemon_stubborn']], hold: 30_000 }],
  })
}

async function interruptTwice({ stdin }: ChaosRun): Promise<void> {
  stdin!.write(CTRL_C)
  await sleep(50)
  stdin!.write(CTRL_C)
}

async function expectNothingLeft(scene: Scene, clean: boolean): Promise<void> {
  const left = await scene.survivors(promised(BOUND))
  if (clean) return expect(left).toEqual([])
  for (const command of ['reaper', 'sleep 122']) expect(left.join()).toContain(command)
}
