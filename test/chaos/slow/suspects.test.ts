import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS } from '../../support/patience.ts'
import { CTRL_C, onTerminal } from '../../support/terminal.ts'
import { send } from '../support/identity.ts'
import { UNMARKED } from '../support/layers.ts'
import type { ChaosRun } from '../support/run.ts'
import { type Scene, withScene } from '../support/scene.ts'

describe.concurrent('the usual suspects', () => {
  test.each([
    ['subprocess.Popen(start_new_session=True)', 'popen_session'],
    ['http.server in a session of its own', 'http_server'],
  ])('%s is named and killed', async (_, call) => {
    await withScene({}, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ name: 'culprit', calls: [[call]] }] }).ended
      expect(output).toMatch(/Found 1 orphaned process .*\n.*"culprit"/)
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test.each([
    ['a multiprocessing.Pool that is never closed', 'pool_never_closed'],
    ['a ProcessPoolExecutor that is never closed', 'executor_never_closed'],
  ])('%s leaves nothing', async (_, call) => {
    await withScene({}, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [[call]] }] }).ended
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test("control: without the exit functions of threading, the executor's processes are found", async () => {
    await withScene({ without: ['exit functions of threading'] }, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [['executor_never_closed']] }] })
        .ended
      expect(output).toContain('Found 2 orphaned processes')
      expect(exitCode).toBe(1)
    })
  })

  test.each([
    'popen_session',
    'http_server',
    'pool_never_closed',
  ])('control: without cookies, descendants and atexit functions, %s counts as clean', async (call) => {
    await withScene({ without: [...UNMARKED, 'atexit functions'] }, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [[call]] }] }).ended
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors()).not.toEqual([])
    })
  })
})

test('twenty reruns in watch mode keep the number of processes', async () => {
  await withScene({}, async (scene) => {
    const run = watch(scene)
    const counts = await countWhileRerunning(run, scene, 20)
    expect(Math.max(...counts.slice(2))).toBeLessThanOrEqual(Math.max(...counts.slice(0, 2)))
    await run.until('over', 21)
    run.stdin!.write(CTRL_C)
    await run.ended
    expect(await scene.survivors(1_000)).toEqual([])
  })
})

test('control: with workers that do not end, reruns in watch mode add to the number of processes', async () => {
  await withScene({ without: ['end of a worker'] }, async (scene) => {
    const counts = await countWhileRerunning(watch(scene), scene, 6)
    expect(Math.max(...counts.slice(2))).toBeGreaterThan(Math.max(...counts.slice(0, 2)))
  })
})

test('control: without deadlines, a stopped reaper keeps the teardown for ever', async () => {
  await withScene({ without: ['deadlines'] }, async (scene) => {
    const run = scene.start({ tests: [{ hold: 300 }] })
    await run.until('held')
    send(await run.role('reaper'), 'SIGSTOP')
    await run.until('over')
    expect(await Promise.race([run.ended.then(() => 'ended'), sleep(15_000, 'hangs')])).toBe('hangs')
  })
})

function watch(scene: Scene): ChaosRun {
  return scene.start({
    wrap: (command) => onTerminal(command.map((word) => (word === 'run' ? 'watch' : word))),
    stdin: 'pipe',
    tests: [{}],
  })
}

/** The number of processes, as soon as it has stayed the same for half a second: workers end, and others start ahead. */
async function settledCount(scene: Scene): Promise<number> {
  const counts: number[] = []
  await vi.waitFor(
    async () => {
      counts.push((await scene.survivors()).length)
      expect(new Set(counts.slice(-5))).toHaveProperty('size', 1)
      expect(counts.length).toBeGreaterThanOrEqual(5)
    },
    { timeout: PATIENCE_MS, interval: 100 },
  )
  return counts.at(-1)!
}

async function countWhileRerunning(run: ChaosRun, scene: Scene, reruns: number): Promise<number[]> {
  const counts: number[] = []
  for (let rerun = 1; rerun <= reruns; rerun++) {
    await run.until('over', rerun)
    counts.push(await settledCount(scene))
    appendFileSync(join(scene.directory, 'scenario.test.ts'), `// rerun ${rerun}\n`)
  }
  return counts
}
