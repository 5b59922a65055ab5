import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findInterpreter, type Interpreter } from '../../../../../src/pool/interpreter/find.ts'
import { ProbeCache } from '../../../../../src/pool/interpreter/probe/probeCache.ts'
import { basePython, makeVenv, scratchDirectory, script } from '../scratch.ts'

/** Longer than the clock of the file system stands still. */
const SETTLE_MS = 50
/** In a tampered answer, so an answer of the cache can be told from one of the interpreter. */
const FORGED = '3.99.1'
const requirements = {
  there: { minimum: '1', pin: '1' },
  'not-there': { minimum: '1', pin: '1' },
  nested: { minimum: '1', pin: '1', module: 'space.nested' },
}

let scratch: ReturnType<typeof scratchDirectory>
let python: string
let site: string
let cache: string

beforeEach(async () => {
  scratch = scratchDirectory()
  python = makeVenv(join(scratch.path, 'venv'))
  site = execFileSync(python, ['-c', 'import site; print(site.getsitepackages()[0])']).toString().trim()
  mkdirSync(join(site, 'there'))
  mkdirSync(join(site, 'space/nested'), { recursive: true })
  cache = join(scratch.path, 'cache/interpreters')
  await sleep(2 * SETTLE_MS)
})
afterEach(() => scratch.remove())

interface Search {
  env?: NodeJS.ProcessEnv
  root?: string
  named?: string
  isRecheck?: boolean
  needs?: typeof requirements | Record<string, { minimum: string; pin: string }>
}

function find({ env = {}, root = scratch.path, named = python, isRecheck, needs }: Search = {}) {
  const search = { root, python: named, env: { PATH: '/usr/bin:/bin', ...env } }
  const options = { requirements: needs ?? requirements, cache: new ProbeCache(cache, SETTLE_MS), isRecheck }
  return findInterpreter(search, options)
}

const onlyFile = () => join(cache, readdirSync(cache)[0] as string)

function tamper(text = readFileSync(onlyFile(), 'utf8')): void {
  writeFileSync(
    onlyFile(),
    text.replace(/"version":"3[\d.]+","implementation"/, `"version":"${FORGED}","implementation"`),
  )
}

/** Fills the cache with a forged answer. */
async function fill(search: Search = {}): Promise<Interpreter> {
  const found = await find(search)
  tamper()
  return found
}

const isHit = async (search: Search = {}) => (await find(search)).version === FORGED

test('an answer is kept, and used by the next run', async () => {
  const asked = await fill()
  expect(asked.isCached).toBeUndefined()
  expect(statSync(cache).mode & 0o777).toBe(0o700)
  expect(statSync(onlyFile()).mode & 0o777).toBe(0o600)
  expect(await find()).toEqual({ ...asked, version: FORGED, isCached: true })
})

test('without a cache, interpreters are always asked', async () => {
  await fill()
  const found = await findInterpreter({ root: scratch.path, python, env: {} }, { requirements })
  expect(found.version).not.toBe(FORGED)
})

test('a recheck asks the interpreter, and replaces the answer', async () => {
  await fill()
  expect(await isHit({ isRecheck: true })).toBe(false)
  expect(await isHit()).toBe(false)
  expect((await find()).isCached).toBe(true)
})

test('other variables of Python, and other requirements, are another question', async () => {
  await fill()
  for (const other of [
    { env: { PYTHONPATH: '/nowhere' } },
    { env: { PYTHONNOUSERSITE: '1' } },
    { env: { PYTHONHOME: '' } },
    { env: { VIRTUAL_ENV: '/venv' } },
    { env: { CONDA_PREFIX: '/conda' } },
    { env: { HOME: '/home/other' } },
    { env: { LD_LIBRARY_PATH: '/other' } },
    { needs: { there: { minimum: '2', pin: '2' } } },
  ])
    expect(await isHit(other), JSON.stringify(other)).toBe(false)
  expect(await isHit()).toBe(true)
})

test('a relative PYTHONPATH belongs to the root, and other variables decide nothing', async () => {
  const env = { PYTHONPATH: 'lib' }
  await fill({ env })
  expect(await isHit({ env, root: site })).toBe(false)
  rmSync(cache, { recursive: true })
  await fill()
  expect(await isHit({ root: site, env: { EDITOR: 'ed', PATH: '/bin' } })).toBe(true)
})

const CHANGES: Record<string, () => void> = {
  'a package is installed': () => mkdirSync(join(site, 'not_there')),
  'a package is removed': () => rmSync(join(site, 'there'), { recursive: true }),
  'a package of a namespace is removed': () => rmSync(join(site, 'space/nested'), { recursive: true }),
  'a path is added': () => writeFileSync(join(site, 'more.pth'), '/\n'),
  'the environment gets other settings': () =>
    writeFileSync(join(scratch.path, 'venv/pyvenv.cfg'), 'include-system-site-packages = true\n', {
      flag: 'a',
    }),
  'the environment leads to another interpreter': () => {
    rmSync(python)
    copyFileSync(basePython, python)
    chmodSync(python, 0o755)
  },
  'the environment is made anew': () => {
    rmSync(join(scratch.path, 'venv'), { recursive: true })
    makeVenv(join(scratch.path, 'venv'))
  },
}

test.each(Object.entries(CHANGES))('the interpreter is asked again if %s', async (_, change) => {
  await fill()
  change()
  expect(await isHit()).toBe(false)
})

test('a path that is edited in place counts', async () => {
  writeFileSync(join(site, 'more.pth'), '/\n')
  await sleep(2 * SETTLE_MS)
  await fill()
  writeFileSync(join(site, 'more.pth'), '/usr\n')
  expect(await isHit()).toBe(false)
})

test('an interpreter that is upgraded behind the same path is asked again, even if its time is set back', async () => {
  const own = join(scratch.path, 'python3')
  copyFileSync(basePython, own)
  chmodSync(own, 0o755)
  const env = {
    PYTHONHOME: execFileSync(basePython, ['-c', 'import sys; print(sys.prefix)']).toString().trim(),
  }
  await sleep(2 * SETTLE_MS)
  await fill({ named: own, env })
  expect(await isHit({ named: own, env })).toBe(true)
  const { atime, mtime } = statSync(own)
  writeFileSync(`${own}.new`, readFileSync(own))
  chmodSync(`${own}.new`, 0o755)
  utimesSync(`${own}.new`, atime, mtime)
  renameSync(`${own}.new`, own)
  expect(await isHit({ named: own, env })).toBe(false)
})

test('nothing is kept if a file has changed while the interpreter answered', async () => {
  mkdirSync(join(site, 'not_there'))
  await find()
  expect(readdirSync(scratch.path)).not.toContain('cache')
})

test('nothing is kept of a shim, which chooses its interpreter by rules of its own', async () => {
  const shim = script(join(scratch.path, 'shim'), `exec ${python} "$@"`)
  await sleep(2 * SETTLE_MS)
  expect((await find({ named: shim })).executable).toBe(python)
  expect(readdirSync(scratch.path)).not.toContain('cache')
})

test('a damaged file is ignored, and replaced', async () => {
  await fill()
  const whole = JSON.parse(readFileSync(onlyFile(), 'utf8')) as object
  const noStamps = JSON.stringify({ ...whole, stamps: {} })
  const noFacts = '{"probe":{"executable":"/bin/sh"},"stamps":{}}'
  for (const text of ['', '{"probe":{"executable"', '[]', 'null', noFacts, noStamps]) {
    tamper(text)
    expect((await find()).isCached, text).toBeUndefined()
    expect((await find()).isCached).toBe(true)
  }
})

test('an answer about another interpreter is ignored', async () => {
  await fill()
  tamper(readFileSync(onlyFile(), 'utf8').replace(`"executable":"${python}"`, '"executable":"/bin/sh"'))
  const found = await find()
  expect([found.executable, found.isCached]).toEqual([python, undefined])
})

const asRoot = test.runIf(process.getuid?.() === 0)

asRoot('a file of another user is ignored', async () => {
  await fill()
  chownSync(onlyFile(), 12_345, 12_345)
  expect(await isHit()).toBe(false)
})

asRoot('nothing is written to the directory of another user', async () => {
  mkdirSync(cache, { recursive: true })
  chownSync(cache, 12_345, 12_345)
  await find()
  expect(readdirSync(cache)).toEqual([])
})

test('a file that others can write to, and a link, are ignored', async () => {
  await fill()
  chmodSync(onlyFile(), 0o666)
  expect(await isHit()).toBe(false)
  tamper()
  const [file, elsewhere] = [onlyFile(), join(scratch.path, 'elsewhere')]
  renameSync(file, elsewhere)
  symlinkSync(elsewhere, file)
  expect(await isHit()).toBe(false)
})

test('a cache that cannot be written changes nothing', async () => {
  mkdirSync(join(scratch.path, 'cache'))
  writeFileSync(cache, '')
  expect((await find()).executable).toBe(python)
})

test('old answers make room', async () => {
  await fill()
  for (let n = 0; n < 70; n++) writeFileSync(join(cache, `${n}.json`), '{}')
  for (const [n, name] of readdirSync(cache).entries()) utimesSync(join(cache, name), n, n)
  await find({ isRecheck: true })
  expect(readdirSync(cache).length).toBeLessThan(64)
  expect((await find()).isCached).toBe(true)
})
