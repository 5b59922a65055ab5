import { chmodSync, chownSync, lchownSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlive, send } from '../support/identity.ts'
import { type Scene, withScene } from '../support/scene.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

describe.concurrent('two runs', () => {
  test('at once in one project do not touch each other, though one is killed', async () => {
    await withScene({}, async (scene) => {
      const first = scene.start({ tests: [{ hold: 30_000 }] })
      const second = scene.start({ tests: [{ hold: 2_500 }, {}] })
      await Promise.all([first.until('held'), second.until('held')])
      const workers = second.left()
      send(first.runner, 'SIGKILL')
      expect(workers.every(isAlive)).toBe(true)
      const { exitCode, output } = await second.ended
      expect(output).toMatch(/Tests +2 passed/)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors(1_000)).toEqual([])
    })
  })

  test('one inside a test of the other: both pass', async () => {
    await withScene({}, async (scene) => {
      const nested = vitestAgain(scene)
      const { exitCode, output } = await scene.start({ tests: [{ runs: nested }] }).ended
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('one started by a Python worker of the other: both pass', async () => {
    await withScene({}, async (scene) => {
      const run = scene.start({ tests: [{ calls: [['run', vitestAgain(scene), {}]] }] })
      const { exitCode, output } = await run.ended
      const [status, printed] = run.events('run')[0]!.value as [number, string]
      expect(printed).toContain('No orphaned processes')
      expect(status).toBe(0)
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
      expect(await scene.survivors()).toEqual([])
    })
  })
})

describe.runIf(isRoot).concurrent('a runner', () => {
  const asInit = (command: string[]) => ['unshare', '--pid', '--fork', '--mount-proc', ...command]

  test('that is process 1 passes a clean run', async () => {
    await withScene({}, async (scene) => {
      const { exitCode, output } = await scene.start({ wrap: asInit }).ended
      expect(output).toContain('No orphaned processes')
      expect(exitCode).toBe(0)
    })
  })

  test('that is process 1 fails one that leaves a daemon', async () => {
    await withScene({}, async (scene) => {
      const { exitCode, output } = await scene.start({ wrap: asInit, tests: [{ calls: [['daemon_bare']] }] })
        .ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(1)
    })
  })

  test.each([
    'daemon_undumpable',
    'daemon_bare',
    'daemon_wiped',
  ])('without privileges finds %s and ends it', async (call) => {
    await withScene({}, async (scene) => {
      giveAway(scene)
      const { exitCode, output } = await scene.start({ wrap: asNobody, tests: [{ calls: [[call]] }] }).ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('without privileges, under hidepid=2, finds a daemon and ends it', async () => {
    await withScene({}, async (scene) => {
      giveAway(scene)
      const hidden = [
        'unshare',
        '--mount',
        'sh',
        '-c',
        'mount -t proc -o hidepid=2 proc /proc; exec "$@"',
        'sh',
      ]
      const run = scene.start({
        wrap: (command) => [...hidden, ...asNobody(command)],
        tests: [{ calls: [['daemon_bare']] }],
      })
      const { exitCode, output } = await run.ended
      expect(output).toContain('Found 1 orphaned process')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toEqual([])
    })
  })

  test.each([
    [
      'fails where it cannot tell whether a process that hides is of the run',
      asNobody,
      1,
      'Cannot tell whether 1 process',
    ],
    [
      'control: passes where it can read that process',
      (command: string[]) => command,
      0,
      'No orphaned processes',
    ],
  ])('%s', async (_, as, code, sentence) => {
    await withScene({}, async (scene) => {
      if (as === asNobody) giveAway(scene)
      const hiding = 'import ctypes,time; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0); time.sleep(20)'
      const { exitCode, output } = await scene.start({
        wrap: (command) => ['sh', '-c', 'ulimit -m 9000000; exec "$@"', 'sh', ...as(command)],
        tests: [{ runs: ['sh', '-c', `python3 -c '${hiding}' >/dev/null 2>&1 & sleep 0.3`] }],
      }).ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
    })
  })
})

function asNobody(command: string[]): string[] {
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command]
}

function giveAway({ directory, runtime, installation }: Scene): void {
  chmodSync(installation.directory, 0o755)
  // Vite writes into the nearest one.
  mkdirSync(join(directory, 'node_modules'))
  for (const path of [directory, runtime]) chownSync(path, NOBODY, NOBODY)
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(directory, name), NOBODY, NOBODY)
  }
}

/** A command that runs the same project once more, for one test that passes. */
function vitestAgain({ installation }: Scene): string[] {
  const forgotten = ['VITEST', 'VITEST_MODE', 'VITEST_POOL_ID', 'VITEST_WORKER_ID', 'TEST', 'NODE_ENV']
  return [
    ...['env', ...forgotten.flatMap((name) => ['-u', name])],
    ...['CHAOS_TESTS=[{"name":"inside"}]', 'CHAOS_EVENTS=/dev/null'],
    ...[installation.node, '../node_modules/vitest/vitest.mjs', 'run'],
  ]
}
