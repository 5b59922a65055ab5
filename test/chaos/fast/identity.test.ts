import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { identify, isAlive, send } from '../support/identity.ts'
import type { Layer } from '../support/layers.ts'
import { type Scene, withScene } from '../support/scene.ts'

const isRoot = process.getuid?.() === 0
const pidReuse = fileURLToPath(new URL('../support/pid_reuse.py', import.meta.url))
const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const NAMESPACE = (await execa('readlink', ['/proc/self/ns/pid'])).stdout
let staged = 0

describe.runIf(isRoot).concurrent('a pid and a process group that were reused', () => {
  test.each<[string, Layer[], string, boolean[]]>([
    ['are left alone', [], 'impostor', [true, true]],
    ['control: without the identity check, the impostor dies', ['identity check'], 'sent', [false, true]],
    [
      'control: without the identity check, and with groups being signalled, the whole group of the impostor dies',
      ['identity check', 'signal to one process'],
      'sent',
      [false, false],
    ],
  ])('%s', async (_, without, outcome, [lives, memberLives]) => {
    await withScene({ without }, async ({ directory }) => {
      const programs = join(directory, 'node_modules/vitest-environment-python/python')
      const inNamespace = ['--pid', '--fork', '--mount-proc', 'python3', pidReuse, programs]
      const { stdout } = await execa('unshare', inNamespace)
      expect(JSON.parse(stdout)).toEqual({ reused: true, sameGroup: true, outcome, lives, memberLives })
    })
  })

  test('cannot be hit through the group: no code signals groups, and on Linux only the pidfd module signals by pid', () => {
    const directory = fileURLToPath(new URL('../../../python/vitest_python/', import.meta.url))
    const sources = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.py'),
    )
    const having = (pattern: RegExp) =>
      sources.filter((name) => pattern.test(readFileSync(join(directory, name), 'utf8')))
    expect(having(/killpg/)).toEqual([])
    expect(having(/os\.kill\(/).sort()).toEqual(['posix/darwin/kill.py', 'posix/pidfd.py'])
  })
})

describe.concurrent('a run directory of a dead run', () => {
  const dead = { pid: 4_000_000, startTime: '1', pidNamespace: NAMESPACE, host: hostname() }

  test('control: a dead run of this boot is cleaned up', async () => {
    await withScene({}, async (scene) => {
      const bystander = await stage(scene, { ...dead, bootId: BOOT })
      const { output } = await scene.start().ended
      expect(output).toContain(`Ended the survivors of run ${bystander.runId}, whose runner was killed`)
      expect(isAlive(bystander)).toBe(false)
    })
  })

  test('from before a reboot is removed, and nothing is signalled', async () => {
    await withScene({}, async (scene) => {
      const bystander = await stage(scene, { ...dead, bootId: 'before-the-reboot' })
      expect(await scene.start().ended).toMatchObject({ exitCode: 0 })
      expect(isAlive(bystander)).toBe(true)
      expect(scene.runDirectories()).toEqual([])
    })
  })

  test.each<[string, (path: string) => void]>([
    ['is corrupt', (path) => writeFileSync(join(path, 'run.json'), '{"runId":')],
    ['names another run', (path) => writeFileSync(join(path, 'run.json'), '{"runId":"another"}')],
    ['is open to all users', (path) => chmodSync(path, 0o777)],
    ['belongs to another user', (path) => isRoot && chownSync(path, 65_534, 65_534)],
    [
      'is a symbolic link',
      (path) => {
        renameSync(path, `${path}-elsewhere`)
        symlinkSync(`${path}-elsewhere`, path)
      },
    ],
  ])('that %s is not trusted, and nothing is signalled', async (what, spoil) => {
    if (what.startsWith('belongs') && !isRoot) return
    await withScene({}, async (scene) => {
      const bystander = await stage(scene, { ...dead, bootId: BOOT }, spoil)
      const { exitCode, output } = await scene.start().ended
      expect(output).toContain(bystander.runId)
      expect(output).not.toContain('Ended the survivors')
      expect(exitCode).toBe(0)
      expect(isAlive(bystander)).toBe(true)
    })
  })
})

/** A run directory like that of a dead run, and a living process that carries the run ID. */
async function stage(scene: Scene, owner: object, spoil: (path: string) => void = () => {}) {
  // A run ID for each case, so concurrent cases do not find each other's process.
  const runId = `sta${`${++staged}`.padStart(4, '0')}`
  const path = join(scene.runtime, `vitest-python-${process.getuid?.()}`, runId)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const record = { runId, owner, root: '/', startedAt: new Date(0).toISOString() }
  writeFileSync(join(path, 'run.json'), JSON.stringify(record))
  spoil(path)
  const bystander = execa('sleep', ['90'], {
    reject: false,
    extendEnv: false,
    timeout: 90_000,
    env: { VITEST_PYTHON_RUN_ID: runId, PATH: process.env['PATH'] ?? '' },
  })
  const identity = identify(bystander.pid!)
  scene.atEnd(() => void send(identity, 'SIGKILL'))
  return { ...identity, runId }
}
