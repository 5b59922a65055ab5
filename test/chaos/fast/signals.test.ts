import { describe, expect, test } from 'vitest'
import { promised } from '../../support/patience.ts'
import { send } from '../support/identity.ts'
import type { Layer } from '../support/layers.ts'
import type { Scenario } from '../support/run.ts'
import { withScene } from '../support/scene.ts'

/** Milliseconds in which everything ends, on an idle machine. */
const BOUND = 1_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const UNWATCHED: Layer[] = ['owner watch', 'control group']
/** Reads three lines, but closes the output no sooner than the daemon has started, which may take a while. */
const HEAD = 'head -3; until grep -qs daemon "$CHAOS_EVENTS"; do sleep 0.05; done; exec <&-; touch closed'
const WAIT_FOR_CLOSE = 'until [ -e closed ]; do sleep 0.05; done'
const HELD: Scenario = { calls: [['daemon'], ['daemon_bare']], hold: 30_000 }

describe.concurrent('a runner that is ended', () => {
  test.each(SIGNALS)('by %s leaves nothing', async (signal) => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [HELD] })
      await run.until('held')
      send(run.runner, signal)
      expect((await run.ended).exitCode).not.toBe(0)
      expect(await scene.survivors(promised(BOUND))).toEqual([])
    })
  })

  test('control: without the owner watch, one that is ended by SIGTERM leaves reaper and daemons', async () => {
    await withScene({ without: UNWATCHED }, async (scene) => {
      const run = scene.start({ tests: [HELD] })
      await run.until('held')
      send(run.runner, 'SIGTERM')
      await run.ended
      const left = (await scene.survivors(promised(BOUND))).join()
      for (const command of ['reaper', 'sleep 121', 'sleep 122']) expect(left).toContain(command)
    })
  })

  test.each<[string, Layer[], boolean]>([
    ['by head, which closes its output, leaves nothing', [], true],
    ['control: without the owner watch, one that is ended by head leaves a daemon', UNWATCHED, false],
  ])('%s', async (_, without, clean) => {
    await withScene({ without }, async (scene) => {
      const run = scene.start({
        // Vitest notices it when it prints the result of the first test, which ends after the output has been closed.
        tests: [
          { name: 'one', calls: [['daemon']], runs: ['sh', '-c', WAIT_FOR_CLOSE] },
          { name: 'two' },
          { name: 'three', fails: true },
        ],
        args: ['--reporter', 'verbose', '--testTimeout', '60000'],
        wrap: (command) => ['sh', '-c', `"$@" 2>&1 | { ${HEAD}; }`, 'sh', ...command],
      })
      await run.ended
      const left = await scene.survivors(promised(3_000))
      if (clean) expect(left).toEqual([])
      else expect(left.join()).toContain('sleep 121')
    })
  })
})
