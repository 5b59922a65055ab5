import { describe, expect, test } from 'vitest'
import { isAlive, send } from '../support/identity.ts'
import { type Layer, UNMARKED } from '../support/layers.ts'
import type { RunOptions } from '../support/run.ts'
import { withScene } from '../support/scene.ts'

const ENDINGS: [string, RunOptions][] = [
  ['fails', { tests: [{ calls: [['daemon']], fails: true }] }],
  ['bails', { tests: [{ calls: [['daemon']], fails: true }, {}], args: ['--bail', '1'] }],
  ['calls process.exit', { tests: [{ calls: [['daemon']], exits: 0 }] }],
]

describe.concurrent('each layer is needed (slow controls)', () => {
  test('control: without SIGKILL, an orphan that ignores every other signal is reported as alive, and is', async () => {
    await withScene({ without: ['control group', 'SIGKILL'] }, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [['daemon_stubborn']] }] }).ended
      expect(output).toContain('STILL ALIVE')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toHaveLength(1)
    })
  })

  test.each(
    ENDINGS,
  )('control: without cookies and descendants, the leak of a test that %s counts as clean and stays', async (_, options) => {
    await withScene({ without: UNMARKED }, async (scene) => {
      expect((await scene.start(options).ended).output).toContain('No orphaned processes')
      expect(await scene.survivors()).toHaveLength(1)
    })
  })

  test.each(
    ENDINGS.slice(0, 2),
  )('control: without a teardown of runs that have failed, the leak of one that %s is not reported', async (_, options) => {
    await withScene({ without: ['teardown of a run that has failed'] }, async (scene) => {
      const { output } = await scene.start(options).ended
      expect(output).toMatch(/Tests +1 failed/)
      expect(output).not.toContain('orphaned process')
    })
  })

  test.each([
    'SIGINT',
    'SIGHUP',
  ] as const)('control: without the owner watch, a runner that is ended by %s leaves reaper and daemon', async (signal) => {
    await withScene({ without: ['owner watch', 'control group'] }, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['daemon']], hold: 30_000 }] })
      await run.until('held')
      send(run.runner, signal)
      await run.ended
      const left = (await scene.survivors(1_000)).join()
      for (const command of ['reaper', 'sleep 121']) expect(left).toContain(command)
    })
  })

  test.each<[string, RunOptions, Layer[], string]>([
    [
      'control: without the kill, the daemon of a module that raises stays',
      { python: { start: 'eager', modules: ['./python/raises.py'] } },
      [
        'kill tree',
        'last sweep of the reaper',
        'kill during the verification',
        'kill tree during the verification',
      ],
      'sleep 130',
    ],
    [
      'control: without teardown and owner watch, Python stays where a setup after its own throws',
      { env: { CHAOS_SETUP: './throwingSetup.ts' }, python: { start: 'eager', spares: 2 } },
      ['teardown', 'owner watch', 'end with the control socket'],
      'reaper',
    ],
  ])('%s', async (_, options, without, stays) => {
    await withScene({ without: ['control group', ...without] }, async (scene) => {
      await scene.start(options).ended
      expect((await scene.survivors(1_000)).join()).toContain(stays)
    })
  })

  test("control: without the match of run ID and age, a run that ends takes another's processes for its own", async () => {
    await withScene({ without: ['run ID match', 'age'] }, async (scene) => {
      const first = scene.start({ tests: [{ hold: 30_000 }] })
      await first.until('held')
      const workers = first.left()
      const { exitCode, output } = await scene.start().ended
      expect(output).toMatch(/Found \d+ orphaned processes/)
      expect(exitCode).toBe(1)
      expect(workers.map(isAlive)).toEqual([false])
    })
  })

  test('control: without exit events, no message says how a worker ended', async () => {
    await withScene({ without: ['word of the end of a worker'] }, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [['crash', 9]] }] }).ended
      expect(output).not.toContain('SIGKILL')
      expect(exitCode).toBe(1)
    })
  })
})

describe.concurrent('each layer but one is enough', () => {
  test.each<[string, Layer[]]>([
    ['the environment cookie', ['control group', 'environment cookie']],
    ['the limit cookie', ['control group', 'limit cookie']],
    ['the control group', ['control group']],
    ['the subreaper', ['control group', 'subreaper']],
  ])('without %s, an orphan with an environment is still found', async (_, without) => {
    await withScene({ without }, async (scene) => {
      const { exitCode } = await scene.start({ tests: [{ calls: [['daemon']] }] }).ended
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })
})
