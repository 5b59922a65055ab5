import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { withScene } from '../support/scene.ts'

const program = fileURLToPath(new URL('../support/pty_run.py', import.meta.url))
const onTerminal = (command: string[]) => ['python3', program, ...command]
const BOUND = 1_000

describe.concurrent('in a terminal', () => {
  test('Ctrl-C, twice within 50 ms, leaves nothing', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({
        ...{ wrap: onTerminal, stdin: 'pipe' },
        tests: [{ calls: [['ignore_signals'], ['daemon_bare'], ['daemon_stubborn']], hold: 30_000 }],
      })
      await run.until('held')
      run.stdin!.write('interrupt\n')
      await sleep(50)
      run.stdin!.write('interrupt\n')
      expect((await run.ended).exitCode).not.toBe(0)
      expect(await scene.survivors(BOUND)).toEqual([])
      expect(scene.runDirectories()).toEqual([])
    })
  })

  test('closing it leaves nothing', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({
        ...{ wrap: onTerminal, stdin: 'pipe' },
        tests: [{ calls: [['daemon_bare'], ['daemon_stubborn']], hold: 30_000 }],
      })
      await run.until('held')
      run.stdin!.write('hang up\n')
      await run.ended
      expect(await scene.survivors(BOUND)).toEqual([])
    })
  })

  test('Ctrl-C during teardown leaves nothing and does not pass', async () => {
    await withScene({}, async (scene) => {
      // Stopped workers make the teardown wait for stopTimeout.
      const run = scene.start({
        ...{ wrap: onTerminal, stdin: 'pipe', python: { stopTimeout: 3_000, isolation: 'shared' } },
        tests: [{ calls: [['daemon'], ['&stop_self']] }],
      })
      await run.until('over')
      await sleep(600)
      run.stdin!.write('interrupt\n')
      await sleep(50)
      run.stdin!.write('interrupt\n')
      expect((await run.ended).exitCode).not.toBe(0)
      expect(await scene.survivors(BOUND)).toEqual([])
    })
  })
})
