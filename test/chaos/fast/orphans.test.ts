import { describe, expect, test } from 'vitest'
import { type Layer, UNMARKED } from '../support/layers.ts'
import type { Scenario } from '../support/run.ts'
import { type Scene, withScene } from '../support/scene.ts'

const NO_GROUP: Layer[] = ['control group']
/** Without the layers that find a process that has no environment. */
const LIMIT_ALONE: Layer[] = ['control group', 'limit cookie', 'descendants']

async function play(scene: Scene, ...tests: Scenario[]) {
  const run = scene.start({ tests })
  return { ...(await run.ended), left: await scene.survivors(), run }
}

describe.concurrent('an orphan fails the run, is named with its test, and is killed', () => {
  test.each([
    ['that keeps its environment', 'daemon', 'environment and resource limit'],
    [
      'with an empty environment, no descriptor and a session of its own',
      'daemon_bare',
      'its resource limit',
    ],
    ['that was only forked', 'daemon_fork', 'environment and resource limit'],
    ['that has wiped its environment', 'daemon_wiped', 'its resource limit'],
    ['that is not dumpable', 'daemon_undumpable', 'resource limit'],
    ['that ignores every signal it can', 'daemon_stubborn', 'environment and resource limit'],
    ['whose main thread has ended', 'daemon_headless', 'its resource limit'],
  ])('one %s', async (_, call, how) => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { exitCode, output, left } = await play(scene, { name: 'the culprit', calls: [[call]] }, {})
      expect(output).toMatch(/Found 1 orphaned process of run [0-9a-z]{7}/)
      expect(output).toContain(how)
      expect(output).toContain('"the culprit" (scenario.test.ts)')
      expect(exitCode).toBe(1)
      expect(left).toEqual([])
    })
  })
})

describe.concurrent('each layer is needed', () => {
  test('control: without the blame, the test that leaks passes, and the verdict still fails the run', async () => {
    await withScene({ without: ['blame of a test'] }, async (scene) => {
      const { exitCode, output, left } = await play(scene, { name: 'the culprit', calls: [['daemon']] })
      expect(output).toMatch(/Tests +1 passed/)
      expect(output).toMatch(/Found 1 orphaned process of run [0-9a-z]{7}/)
      expect(output).toContain('"the culprit" (scenario.test.ts)')
      expect({ exitCode, left }).toEqual({ exitCode: 1, left: [] })
    })
  })

  test('control: without the exit code held, an orphan is reported and the run passes', async () => {
    await withScene({ without: ['exit code held'] }, async (scene) => {
      // Otherwise the test that leaves it behind fails, too.
      const python = { orphans: { blame: 'run' } }
      const { exitCode, output } = await scene.start({ python, tests: [{ calls: [['daemon']] }] }).ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(0)
    })
  })

  // Without its marks, a run takes an unreadable process of another scene for a possible one of its own. One try in three is
  // enough to show that a layer is needed.
  test.each<[string, Layer[]]>([
    ['daemon', UNMARKED],
    ['daemon_fork', UNMARKED],
    ['daemon_bare', LIMIT_ALONE],
    ['daemon_wiped', LIMIT_ALONE],
    ['daemon_undumpable', UNMARKED],
  ])('control: without cookies and descendants, %s counts as clean', { retry: 2 }, async (call, without) => {
    await withScene({ without }, async (scene) => {
      const { exitCode, output, left } = await play(scene, { calls: [[call]] })
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(left).toHaveLength(1)
    })
  })

  test('control: without the look at its threads, a daemon whose main thread has ended counts as clean', async () => {
    await withScene(
      { without: [...NO_GROUP, 'descendants', 'life without a main thread'] },
      async (scene) => {
        const { exitCode, output, left } = await play(scene, { calls: [['daemon_headless']] })
        expect(output).toContain('No orphaned processes')
        expect(exitCode).toBe(0)
        expect(left).toHaveLength(1)
      },
    )
  })
})
