import { describe, expect, test } from 'vitest'
import type { Scenario } from '../support/run.ts'
import type { Layer } from '../support/sabotage.ts'
import { type Scene, withScene } from '../support/scene.ts'

const NO_GROUP: Layer[] = ['control group']

async function play(scene: Scene, ...tests: Scenario[]) {
  const run = scene.start({ tests })
  return { ...(await run.ended), left: await scene.survivors(), run }
}

describe.concurrent('an orphan fails the run, is named with its test, and is ended', () => {
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

  test('one whose test fails as well', async () => {
    await withScene({}, async (scene) => {
      const { exitCode, output, left } = await play(scene, { calls: [['daemon']], fails: true })
      expect(output).toMatch(/Found 1 orphaned process/)
      expect(exitCode).toBe(1)
      expect(left).toEqual([])
    })
  })

  test('one of a run that bails', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({
        args: ['--bail', '1'],
        tests: [{ calls: [['daemon']], fails: true }, { hold: 5_000 }],
      })
      expect((await run.ended).output).toMatch(/Found 1 orphaned process/)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('one whose test calls process.exit', async () => {
    await withScene({}, async (scene) => {
      const { exitCode, left } = await play(scene, { calls: [['daemon']], exits: 0 })
      expect(exitCode).not.toBe(0)
      expect(left).toEqual([])
    })
  })

  test('one that is born while the run is being verified', async () => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { exitCode, left } = await play(scene, { calls: [['late_daemon', 0.5]] })
      expect(exitCode).toBe(1)
      expect(left).toEqual([])
    })
  })

  test('a chain of forks with generations of 2 ms', async () => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { exitCode, output, left } = await play(scene, { calls: [['chain', 20]] })
      expect(output).toMatch(/Found \d+ orphaned process/)
      expect(exitCode).toBe(1)
      expect(left).toEqual([])
    })
  })

  test('a burst of 200 forks', async () => {
    await withScene({ without: NO_GROUP }, async (scene) => {
      const { exitCode, output, left } = await play(scene, { calls: [['burst', 200]] })
      expect(output).toMatch(/Found 200 orphaned processes/)
      expect(exitCode).toBe(1)
      expect(left).toEqual([])
    })
  })
})

describe.concurrent('each layer is needed', () => {
  test('control: without the exit code held, an orphan is reported and the run passes', async () => {
    await withScene({ without: ['exit code held'] }, async (scene) => {
      const { exitCode, output } = await play(scene, { calls: [['daemon']] })
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(0)
    })
  })

  test.each<[string, string, Layer[]]>([
    ['limit cookie', 'daemon_bare', ['control group', 'limit cookie', 'descendants']],
    ['limit cookie', 'daemon_wiped', ['control group', 'limit cookie', 'descendants']],
    ['any cookie', 'daemon', ['control group', 'limit cookie', 'environment cookie', 'descendants']],
  ])('control: without %s, group and descendants, %s passes for clean', async (_, call, without) => {
    await withScene({ without }, async (scene) => {
      const { exitCode, output, left } = await play(scene, { calls: [[call]] })
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(left).toHaveLength(1)
    })
  })

  test.each<[string, Layer[]]>([
    ['the environment cookie', ['control group', 'environment cookie']],
    ['the limit cookie', ['control group', 'limit cookie']],
    ['the control group', ['control group']],
    ['the subreaper', ['control group', 'subreaper']],
  ])('without %s an orphan with an environment is found all the same', async (_, without) => {
    await withScene({ without }, async (scene) => {
      const { exitCode, left } = await play(scene, { calls: [['daemon']] })
      expect(exitCode).toBe(1)
      expect(left).toEqual([])
    })
  })
})
