import { chmodSync, cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { PATIENCE_MS } from '../../support/patience.ts'
import { vitestPython } from '../support/cli.ts'
import { send } from '../support/identity.ts'
import type { Layer } from '../support/layers.ts'
import type { ChaosRun, RunOptions } from '../support/run.ts'
import { type Scene, withScene } from '../support/scene.ts'
import { asNobody } from '../support/unprivileged.ts'

const isRoot = process.getuid?.() === 0
const NO_GROUP: Layer[] = ['control group']

/** Kills runner and reaper together, so nothing is left to end the daemons. */
async function killBoth(scene: Scene, run: ChaosRun): Promise<void> {
  const reaper = await run.role('reaper')
  send(reaper, 'SIGSTOP')
  send(run.runner, 'SIGKILL')
  send(reaper, 'SIGKILL')
  await run.ended
  // Workers and forkserver notice it.
  await vi.waitFor(
    async () => expect((await scene.survivors()).join()).not.toMatch(/python (worker|forkserver)/),
    { timeout: PATIENCE_MS },
  )
}

async function leaveBehind(scene: Scene, call: string, options: RunOptions = {}): Promise<void> {
  const run = scene.start({ tests: [{ calls: [[call]], hold: 30_000 }], ...options })
  await run.until('held')
  await killBoth(scene, run)
}

const limited = (...limits: string[]) => ({
  wrap: (command: string[]) => ['prlimit', ...limits, ...asNobody(command)],
})
const RSS = '--rss=9000000000'
const LOCKS = '--locks=9000000'

/** `/proc` of a runner without privileges hides what it may not read. */
const underHidepid = (command: string[]) => [
  ...['unshare', '--mount', 'sh', '-c', 'mount -t proc -o hidepid=2 proc /proc; exec "$@"', 'sh'],
  ...asNobody(command),
]

describe.runIf(isRoot).concurrent('a limit that is used already, or lowered', () => {
  test.each<[string, Layer[], string, RunOptions, string, RegExp]>([
    [
      'after ulimit -m, verify finds a daemon that is not dumpable, whose runner and reaper were killed',
      NO_GROUP,
      'daemon_undumpable',
      limited(RSS),
      '1 orphaned process alive',
      /limit/,
    ],
    [
      'a daemon that lowers RLIMIT_RSS and clears its environment is found by the other limit',
      NO_GROUP,
      'daemon_lowered',
      {},
      '1 orphaned process alive',
      /limit/,
    ],
    [
      'control: without the second limit, a daemon that lowers RLIMIT_RSS counts as clean',
      [...NO_GROUP, 'second limit'],
      'daemon_lowered',
      {},
      'No orphaned processes',
      /No orphaned/,
    ],
    [
      'control: after ulimit -m and without the second limit, it is unknown whether one is alive',
      [...NO_GROUP, 'second limit'],
      'daemon_undumpable',
      limited(RSS),
      'Cannot tell whether a process of run',
      /could not mark its processes/,
    ],
    [
      'after ulimit -m and -x, it is unknown whether a daemon is alive, and verify fails',
      NO_GROUP,
      'daemon_bare',
      limited(RSS, LOCKS),
      'Cannot tell whether a process of run',
      /could not mark its processes/,
    ],
    [
      'control: if the record claims a limit that was not set, verify passes with the daemon',
      [...NO_GROUP, 'record of the limits'],
      'daemon_bare',
      limited(RSS, LOCKS),
      'No orphaned processes',
      /No orphaned/,
    ],
  ])('%s', async (_, without, call, options, sentence, how) => {
    await withScene({ without, unprivileged: true }, async (scene) => {
      await leaveBehind(scene, call, options)
      // Of this run only, because others of this file leave something at the same time.
      const [path = ''] = scene.runDirectories()
      const { exitCode, output } = await vitestPython(scene, 'verify', '--run', basename(path))
      expect(output).toContain(sentence)
      expect(output).toMatch(how)
      expect(exitCode).toBe(sentence.startsWith('No ') ? 0 : 1)
    })
  })
})

describe.runIf(isRoot).concurrent('a daemon that has become root', () => {
  /** A program that everybody can become root with, like sudo. */
  function installSudo(scene: Scene): string {
    const path = join(scene.directory, 'become-root')
    cpSync('/usr/bin/setpriv', path)
    chmodSync(path, 0o4755)
    return path
  }

  test.each<[string, Layer[], string, number]>([
    [
      'refuses the signal: it is reported as alive, and fails the run even with orphans: warn',
      NO_GROUP,
      'STILL ALIVE',
      1,
    ],
    [
      'control: if an orphan counts as ended without a look at its identity, the run passes',
      [...NO_GROUP, 'ends by identity'],
      'killed now',
      0,
    ],
  ])('%s', async (_, without, outcome, code) => {
    await withScene({ without, unprivileged: true }, async (scene) => {
      const run = scene.start({
        python: { orphans: 'warn' },
        tests: [{ calls: [['daemon_root', installSudo(scene)]] }],
      })
      const { exitCode, output } = await run.ended
      expect(output).toContain('Found 1 orphaned process')
      expect(output).toContain(outcome)
      expect(exitCode).toBe(code)
      expect(await scene.survivors()).toHaveLength(1)
      const [, runId = ''] = /process of run (\w{7})/.exec(output) ?? []
      const verified = await vitestPython(scene, 'verify', '--run', runId)
      expect(verified.exitCode).toBe(code)
    })
  })
})

// Alone, because verify looks at every run of its user.
describe.runIf(isRoot)('another user', () => {
  test.each<[string, Layer[], number, string]>([
    ['with a live run fails no verify, and is told apart', [], 0, 'was not judged'],
    [
      'control: if marks of another user count, verify fails',
      ['user of a marked process'],
      1,
      'has processes',
    ],
  ])('%s', async (_, without, code, sentence) => {
    await withScene({ without: [...NO_GROUP, ...without] }, async (scene) => {
      const run = scene.start({ tests: [{ hold: 30_000 }] })
      await run.until('held')
      await withScene({ without: [...NO_GROUP, ...without], unprivileged: true }, async (mine) => {
        const { exitCode, output } = await vitestPython(mine, 'verify')
        expect(output).toContain(sentence)
        expect(output).not.toContain('Delete')
        expect(exitCode).toBe(code)
      })
      expect((await vitestPython(scene, 'status')).output).toContain(String(run.pid))
    })
  })
})

describe.runIf(isRoot).concurrent('under hidepid=2, without privileges', () => {
  test.each<[string, Layer[], [string][], string, number]>([
    ['a clean run passes', NO_GROUP, [], 'No orphaned processes', 0],
    [
      'a daemon that is not dumpable, and so is hidden, is found and ended',
      NO_GROUP,
      [['daemon_undumpable']],
      'Found 1 orphaned process',
      1,
    ],
  ])('%s', async (_, without, calls, sentence, code) => {
    await withScene({ without, unprivileged: true }, async (scene) => {
      const { exitCode, output } = await scene.start({ wrap: underHidepid, tests: [{ calls }] }).ended
      expect(output).toContain(sentence)
      expect(exitCode).toBe(code)
      expect(output).not.toContain('STILL ALIVE')
      expect(await scene.survivors()).toEqual([])
    })
  })

  test('control: if children are ended only after a look at /proc, the hidden daemon stays', async () => {
    const without: Layer[] = [...NO_GROUP, 'end of hidden children']
    await withScene({ without, unprivileged: true }, async (scene) => {
      const tests = [{ calls: [['daemon_undumpable']] as [string][] }]
      const { exitCode, output } = await scene.start({ wrap: underHidepid, tests }).ended
      expect(output).toContain('STILL ALIVE')
      expect(exitCode).toBe(1)
      expect(await scene.survivors()).toHaveLength(1)
    })
  })
})

describe.runIf(isRoot).concurrent('a daemon in namespaces of its own (unshare)', () => {
  test.each<[string, Layer[], string, number]>([
    ['is found and ended', NO_GROUP, 'Found 1 orphaned process', 1],
    [
      'control: without cookies and descendants, it counts as clean',
      [...NO_GROUP, 'limit cookie', 'descendants'],
      'No orphaned processes',
      0,
    ],
  ])('%s', async (_, without, sentence, code) => {
    await withScene({ without, unprivileged: true }, async (scene) => {
      const { exitCode, output } = await scene.start({ tests: [{ calls: [['daemon_unshared']] }] }).ended
      expect(output).toMatch(sentence === 'No orphaned processes' ? sentence : /Found \d orphaned process/)
      expect(exitCode).toBe(code)
      expect(await scene.survivors(1_000)).toHaveLength(code === 1 ? 0 : 1)
    })
  })
})
