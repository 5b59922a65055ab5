import { execFileSync } from 'node:child_process'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { developmentPython } from '../../../../scripts/development-python.mjs'
import { BrokerConnection } from '../../../../src/client/lease/brokerConnection.ts'
import { openRun } from '../../../../src/globalSetup/run/activeRun.ts'
import { resolveOptions } from '../../../../src/options/options.ts'
import { stampsOf } from '../../../../src/pool/interpreter/probe/stamps.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'vp-')))
const cache = join(directory, 'cache/interpreters')
const venv = join(directory, 'venv')
let python: string
let version: string
/** Leads to the packages of the development environment. */
let link: string
let packages: string

beforeAll(async () => {
  vi.stubEnv('XDG_RUNTIME_DIR', directory)
  vi.stubEnv('VITEST_PYTHON_CACHE', join(directory, 'cache'))
  const print = (executable: string, what: string) =>
    execFileSync(executable, ['-c', `import sys, platform, sysconfig; print(${what})`])
      .toString()
      .trim()
  const development = await developmentPython()
  version = print(development, 'platform.python_version()')
  execFileSync(development, ['-m', 'venv', '--without-pip', venv])
  python = join(venv, 'bin/python')
  link = join(print(python, 'sysconfig.get_path("purelib")'), 'packages.pth')
  packages = print(development, 'sysconfig.get_path("purelib")')
  await linkPackages()
}, 60_000)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

/** Answers are not kept if they follow from a file that has just changed. */
async function linkPackages(): Promise<void> {
  writeFileSync(link, packages)
  await sleep(2_100)
}

/** Starts Python, and returns what the run knows of it, and the forkservers that were started. */
async function start() {
  const run = await openRun(directory, resolveOptions({ python, start: 'eager', spares: 0 }))
  try {
    const stats = await new BrokerConnection(run.context).stats()
    const started = readFileSync(join(dirname(run.context.broker), 'processes.jsonl'), 'utf8')
    return { version: stats.python, forkservers: started.match(/"forkserver-\d+"/g) }
  } finally {
    expect((await run.stop()).failed).toBe(false)
  }
}

function forge(change: (entry: { probe: Record<string, unknown>; stamps: object }) => void): void {
  const [name] = readdirSync(cache) as [string]
  const entry = JSON.parse(readFileSync(join(cache, name), 'utf8')) as Parameters<typeof change>[0]
  change(entry)
  writeFileSync(join(cache, name), JSON.stringify(entry))
}

const kept = () => JSON.parse(readFileSync(join(cache, readdirSync(cache)[0] as string), 'utf8')).probe

test('a right answer is used, and Python started once', async () => {
  expect(await start()).toEqual({ version, forkservers: ['"forkserver-1"'] })
  const answer = kept()
  expect(await start()).toEqual({ version, forkservers: ['"forkserver-1"'] })
  expect(kept()).toEqual(answer)
})

test.each([
  ['version', '3.99.1'],
  ['prefix', '/other'],
])('a wrong %s is found out by the forkserver, and Python started anew', async (name, value) => {
  await start()
  forge(({ probe }) => {
    probe[name] = value
  })
  expect(await start()).toEqual({ version, forkservers: ['"forkserver-1"', '"forkserver-2"'] })
  expect(kept()[name]).not.toBe(value)
})

/** As if the change of a file could not be seen. */
const hideChanges = () =>
  forge((entry) => {
    entry.stamps = stampsOf(Object.keys(entry.stamps))
  })

const failure = () => start().catch((error: Error & { code?: string }) => error)

test('a package that is gone is found out by the start that fails', async () => {
  await start()
  rmSync(link)
  hideChanges()
  writeFileSync(join(directory, 'cache/overlay'), 'keeps it from being installed')
  expect(await failure()).toMatchObject({ code: 'OVERLAY_CACHE_UNWRITABLE' })
})

test('a broken interpreter is found out by the reaper that does not start', async () => {
  await linkPackages()
  await start()
  rmSync(python)
  symlinkSync('/bin/false', python)
  hideChanges()
  expect(await failure()).toMatchObject({ code: 'PYTHON_BROKEN' })
})
