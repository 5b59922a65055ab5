import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findInterpreter, type Interpreter } from '../../../../src/pool/interpreter/find.ts'
import { type Requirements, readRequirements } from '../../../../src/pool/interpreter/requirements.ts'
import { pidScope } from '../../../../src/pool/overlay/directory.ts'
import { ensureOverlay, type Io } from '../../../../src/pool/overlay/ensure.ts'
import { readLock } from '../../../../src/pool/overlay/lock.ts'
import { SetupError } from '../../../../src/support/errors.ts'
import { basePython, makeVenv, scratchDirectory, script } from '../interpreter/scratch.ts'

const MINUTES = 180_000

/** The smallest package that the workers need: one wheel, no dependencies. */
let small: Requirements
let scratch: ReturnType<typeof scratchDirectory>
let withPip: string
let withoutPip: string
let cache: string
let lines: string[]
let count = 0

beforeAll(async () => {
  scratch = scratchDirectory()
  withPip = makeVenv(join(scratch.path, 'with-pip'), { pip: true })
  withoutPip = makeVenv(join(scratch.path, 'without-pip'))
  small = { ormsgpack: readRequirements()['ormsgpack']! }
}, MINUTES)
afterAll(() => scratch.remove())
beforeEach(() => {
  cache = join(scratch.path, `cache-${count++}`)
  lines = []
})

/** The user's settings of pip stay in force, and uv is not on PATH. */
const surroundings = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: join(scratch.path, 'nothing'),
  VITEST_PYTHON_CACHE: cache,
  ...more,
})

const OFFLINE = {
  PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
  PIP_EXTRA_INDEX_URL: '',
  PIP_FIND_LINKS: '',
  PIP_RETRIES: '0',
  PIP_DEFAULT_TIMEOUT: '2',
  PIP_CONFIG_FILE: '/dev/null',
}

const io = (more: Partial<Io> = {}): Io => ({
  env: surroundings(),
  progress: (line) => lines.push(line),
  requirements: small,
  ...more,
})

const interpreterOf = (python: string, requirements = small): Promise<Interpreter> =>
  findInterpreter({ root: scratch.path, python, env: surroundings() }, { requirements })

async function refusal(promise: Promise<unknown>): Promise<SetupError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SetupError)
  return error as SetupError
}

/** A directory with uv. */
function uvOnPath(): string {
  const target = join(scratch.path, 'uv')
  if (!existsSync(target))
    execFileSync(withPip, ['-m', 'pip', 'install', '--quiet', '--target', target, 'uv'])
  return join(target, 'bin')
}

const leftIn = (directory: string) =>
  existsSync(join(directory, 'overlay')) ? readdirSync(join(directory, 'overlay')) : []

describe('ensureOverlay', () => {
  test('is null if the interpreter has all packages', async () => {
    const interpreter = await interpreterOf(withPip, { pip: { minimum: '1', pin: '1' } })
    await expect(
      ensureOverlay(interpreter, io({ requirements: { pip: { minimum: '1', pin: '1' } } })),
    ).resolves.toBeNull()
    expect(existsSync(cache)).toBe(false)
  })

  test('provides all packages that the workers need to an interpreter without pip', {
    timeout: MINUTES,
  }, async () => {
    const requirements = readRequirements()
    const interpreter = await interpreterOf(withoutPip, requirements)
    const overlay = await ensureOverlay(interpreter, io({ requirements }))
    expect(leftIn(cache)).toEqual([basename(overlay!)])
    const code = `import sys; sys.path.append(sys.argv[1]); import grpc, google.protobuf, ormsgpack; print(grpc.__version__)`
    const version = execFileSync(interpreter.executable, ['-c', code, overlay!]).toString().trim()
    expect(version).toBe(requirements['grpcio']?.pin)
    expect(readdirSync(join(overlay!, 'grpc/__pycache__'))).not.toHaveLength(0)
    expect(lines[0]).toContain('lacks grpcio')
    expect(lines[0]).toContain(overlay)
    expect(lines.at(-1)).toMatch(/^Installed in \d+\.\d s$/)
  })

  test('leaves the interpreter’s own environment alone', { timeout: MINUTES }, async () => {
    const freeze = () => execFileSync(withPip, ['-m', 'pip', 'list', '--format=json']).toString()
    const before = freeze()
    await ensureOverlay(await interpreterOf(withPip), io())
    expect(freeze()).toBe(before)
  })

  test('reuses an overlay without starting anything', { timeout: MINUTES }, async () => {
    const interpreter = await interpreterOf(withPip)
    const overlay = await ensureOverlay(interpreter, io())
    lines = []
    const gone = { ...interpreter, executable: '/gone/python3' }
    await expect(ensureOverlay(gone, io({ env: surroundings(OFFLINE) }))).resolves.toBe(overlay)
    expect(lines).toEqual([])
  })

  test('is made once by two concurrent runs', { timeout: MINUTES }, async () => {
    const interpreter = await interpreterOf(withPip)
    const [one, two] = await Promise.all([ensureOverlay(interpreter, io()), ensureOverlay(interpreter, io())])
    expect(one).toBe(two)
    expect(leftIn(cache)).toEqual([basename(one!)])
  })

  test('takes the overlay of a run that was faster', { timeout: MINUTES }, async () => {
    const interpreter = await interpreterOf(withPip)
    const overlay = await ensureOverlay(interpreter, io())
    const ready = join(scratch.path, 'ready')
    renameSync(overlay!, ready)
    const bin = join(scratch.path, 'overtaken-uv')
    script(
      join(bin, 'uv'),
      `/bin/cp -a ${ready}/. "$6"; /bin/cp -a ${ready} ${overlay}; echo > ${overlay}/theirs`,
    )
    await ensureOverlay(interpreter, io({ env: surroundings({ PATH: bin }) }))
    expect(readdirSync(overlay!)).toContain('theirs')
    expect(leftIn(cache)).toEqual([basename(overlay!)])
  })

  test('repairs an overlay that was cleaned in part', { timeout: MINUTES }, async () => {
    const interpreter = await interpreterOf(withPip)
    const overlay = await ensureOverlay(interpreter, io())
    rmSync(join(overlay!, 'ormsgpack'), { recursive: true })
    await expect(ensureOverlay(interpreter, io())).resolves.toBe(overlay)
    expect(existsSync(join(overlay!, 'ormsgpack'))).toBe(true)
    expect(leftIn(cache)).toEqual([basename(overlay!)])
  })

  test('removes the directories of dead runs, and not those of live runs', {
    timeout: MINUTES,
  }, async () => {
    const interpreter = await interpreterOf(withPip)
    const overlay = await ensureOverlay(interpreter, io())
    rmSync(overlay!, { recursive: true })
    const dead = `${overlay}.${pidScope()}-${spawnSync('true').pid}-00000000.tmp`
    const living = `${overlay}.${pidScope()}-${process.pid}-00000000.tmp`
    const foreign = `${overlay}.ffffffff-${spawnSync('true').pid}-00000000.tmp`
    for (const directory of [dead, living, foreign])
      mkdirSync(join(directory, 'overlay'), { recursive: true })
    await ensureOverlay(interpreter, io())
    expect([dead, living, foreign].map((directory) => existsSync(directory))).toEqual([false, true, true])
  })

  test('reports how uv failed, and continues with pip', { timeout: MINUTES }, async () => {
    const bin = join(scratch.path, 'broken-uv')
    script(join(bin, 'uv'), 'echo "error: invalid peer certificate" >&2; exit 2')
    const overlay = await ensureOverlay(
      await interpreterOf(withPip),
      io({ env: surroundings({ PATH: bin }) }),
    )
    expect(existsSync(overlay!)).toBe(true)
    expect(lines).toContain('uv could not install them (error: invalid peer certificate): trying pip')
  })

  test('uses uv if it works', { timeout: MINUTES }, async () => {
    const bin = uvOnPath()
    const overlay = await ensureOverlay(
      await interpreterOf(withoutPip),
      io({ env: surroundings({ PATH: bin }) }),
    )
    expect(existsSync(overlay!)).toBe(true)
    expect(lines.filter((line) => line.includes('uv'))).toHaveLength(1)
  })

  describe.each([
    ['pip', () => join(scratch.path, 'nothing')],
    ['uv', uvOnPath],
  ])('the hashes of the lock, with %s,', (installer, path) => {
    async function installWith(change: (lines: string) => string) {
      const PATH = path()
      const locked = (await readLock()).map((entry) => ({ ...entry, lines: change(entry.lines) }))
      const env = surroundings({ PATH })
      const python = installer === 'uv' ? withoutPip : withPip
      return ensureOverlay(await interpreterOf(python), io({ env, lock: locked }))
    }

    test('refuse a file that the index has changed', { timeout: MINUTES }, async () => {
      const wrong = (hash: string) => hash.slice(0, -1) + (hash.endsWith('0') ? '1' : '0')
      const error = await refusal(installWith((lines) => lines.replace(/sha256:\w+/g, wrong)))
      expect(error.code).toBe('OVERLAY_INSTALL_FAILED')
      expect(error.message).toContain('differs from the one that this version was released with')
      expect(error.message).toContain(`${installer} exited with`)
      expect(leftIn(cache)).toEqual([])
    })

    test('refuse a package without a hash', { timeout: MINUTES }, async () => {
      const error = await refusal(installWith((lines) => `${/^\S+/.exec(lines)?.[0]}\n`))
      expect(error.code).toBe('OVERLAY_INSTALL_FAILED')
      expect(error.message).toMatch(/hash/i)
      expect(leftIn(cache)).toEqual([])
    })

    test('control: the right ones install it', { timeout: MINUTES }, async () => {
      const overlay = await installWith((lines) => lines)
      expect(readdirSync(overlay!)).toContain('ormsgpack')
    })
  })

  test('prints the command to run by hand if the index cannot be reached', { timeout: MINUTES }, async () => {
    const error = await refusal(
      ensureOverlay(await interpreterOf(withPip), io({ env: surroundings(OFFLINE) })),
    )
    expect(error.code).toBe('OVERLAY_INSTALL_FAILED')
    expect(error.message).toMatch(/^ {2}\| ERROR: No matching distribution found for ormsgpack/m)
    expect(error.message).toContain(`${withPip} -m pip install --target ${cache}/overlay/`)
    expect(error.message).toContain('VITEST_PYTHON_CACHE')
    expect(leftIn(cache)).toEqual([])
  })

  test('uses the result of that command', { timeout: MINUTES }, async () => {
    const interpreter = await interpreterOf(withPip)
    const error = await refusal(ensureOverlay(interpreter, io({ env: surroundings(OFFLINE) })))
    const command = error.message.split('\n').find((line) => line.includes('-m pip install --target'))
    execFileSync('/bin/sh', ['-c', command!], { stdio: 'ignore' })
    const overlay = await ensureOverlay(interpreter, io({ env: surroundings(OFFLINE) }))
    expect(leftIn(cache)).toEqual([basename(overlay!)])
  })

  test('does not use a directory that cannot be imported', { timeout: MINUTES }, async () => {
    const interpreter = await interpreterOf(withPip)
    const overlay = await ensureOverlay(interpreter, io())
    rmSync(overlay!, { recursive: true })
    mkdirSync(join(overlay!, 'ormsgpack'), { recursive: true })
    writeFileSync(join(overlay!, 'ormsgpack/__init__.py'), 'raise ImportError("half of it")')
    await ensureOverlay(interpreter, io())
    expect(existsSync(join(overlay!, '.vitest-python-overlay.json'))).toBe(true)
    expect(leftIn(cache)).toEqual([basename(overlay!)])
  })

  test('names the command that did not finish in time', async () => {
    const bin = join(scratch.path, 'slow-uv')
    script(join(bin, 'uv'), 'exec /bin/sleep 60')
    const interpreter = await interpreterOf(withPip)
    const error = await refusal(
      ensureOverlay(interpreter, io({ env: surroundings({ PATH: bin }), deadline: 500 })),
    )
    expect(error.code).toBe('OVERLAY_INSTALL_FAILED')
    expect(error.message).toContain(
      `uv did not finish within 0.5 s. The command was:\n  ${bin}/uv pip install`,
    )
    expect(leftIn(cache)).toEqual([])
  })

  test('tries no other installer after Ctrl-C', async () => {
    const bin = join(scratch.path, 'interrupted-uv')
    script(join(bin, 'uv'), 'kill -INT $$; /bin/sleep 60')
    const interpreter = await interpreterOf(withPip)
    const error = await refusal(ensureOverlay(interpreter, io({ env: surroundings({ PATH: bin }) })))
    expect(error.code).toBe('OVERLAY_INTERRUPTED')
    expect(lines.some((line) => line.includes('trying'))).toBe(false)
    expect(leftIn(cache)).toEqual([])
  })

  test('ends an installation that is aborted', async () => {
    const bin = join(scratch.path, 'unwanted-uv')
    script(join(bin, 'uv'), 'exec /bin/sleep 60')
    const interpreter = await interpreterOf(withPip)
    const signal = AbortSignal.timeout(300)
    const error = await refusal(ensureOverlay(interpreter, io({ env: surroundings({ PATH: bin }), signal })))
    expect(error.code).toBe('OVERLAY_INTERRUPTED')
    expect(leftIn(cache)).toEqual([])
  })

  test('installs nothing that the user has, and tests both together', { timeout: MINUTES }, async () => {
    const requirements = readRequirements()
    const site = join(scratch.path, 'site')
    const old = `protobuf==${requirements['protobuf']?.minimum}`
    execFileSync(withPip, ['-m', 'pip', 'install', '--quiet', '--target', site, old], { stdio: 'ignore' })
    const env = surroundings({ PYTHONPATH: site })
    const interpreter = await findInterpreter({ root: scratch.path, python: withPip, env }, { requirements })
    const overlay = await ensureOverlay(interpreter, io({ env, requirements }))
    expect(readdirSync(overlay!)).not.toContain('google')
    expect(readFileSync(join(overlay!, '.vitest-python-overlay.json'), 'utf8')).toContain(
      `"protobuf": "${requirements['protobuf']?.minimum}"`,
    )
  })

  test('reports packages of the user that are in the way', { timeout: MINUTES }, async () => {
    const requirements = { protobuf: readRequirements()['protobuf']! }
    const site = join(scratch.path, 'in-the-way')
    mkdirSync(join(site, 'google'), { recursive: true })
    writeFileSync(join(site, 'google/__init__.py'), '')
    const env = surroundings({ PYTHONPATH: site })
    const interpreter = await findInterpreter({ root: scratch.path, python: withPip, env }, { requirements })
    const error = await refusal(ensureOverlay(interpreter, io({ env, requirements })))
    expect(error.code).toBe('OVERLAY_UNUSABLE')
    expect(error.message).toContain("ModuleNotFoundError: No module named 'google.protobuf'")
    expect(leftIn(cache)).toEqual([])
  })

  test('names the commands if Python has neither pip nor venv', async () => {
    const python = script(
      join(scratch.path, 'debian/python3'),
      `case "$2" in pip) echo "$0: No module named pip" >&2; exit 1;; venv) echo "ensurepip is not available" >&2; exit 1;; esac; exec ${basePython} "$@"`,
    )
    const interpreter = { ...(await interpreterOf(withoutPip)), executable: python }
    const error = await refusal(ensureOverlay(interpreter, io()))
    expect(error.message).toContain('ensurepip is not available')
    expect(error.message).toContain('apt install python3-venv')
  })

  test('fails for a cache below a broken link', async () => {
    symlinkSync('/nowhere/cache', cache)
    const error = await refusal(ensureOverlay(await interpreterOf(withPip), io()))
    expect(error).toMatchObject({
      code: 'OVERLAY_CACHE_UNWRITABLE',
      message: expect.stringContaining('ENOENT'),
    })
  })

  test('has an error of its own for a cache that cannot be written', async () => {
    writeFileSync(cache, '')
    const error = await refusal(ensureOverlay(await interpreterOf(withPip), io()))
    expect(error.code).toBe('OVERLAY_CACHE_UNWRITABLE')
    expect(error.message).toContain('a part of the path is a file')
    expect(error.message).toContain('VITEST_PYTHON_CACHE')
  })

  test('refuses a package of the user that is too old, and replaces nothing', async () => {
    const requirements = { pip: { minimum: '999.1', pin: '999.2' } }
    const error = await refusal(
      ensureOverlay(await interpreterOf(withPip, requirements), io({ requirements })),
    )
    expect(error.code).toBe('PYTHON_PACKAGE_TOO_OLD')
    expect(error.message).toMatch(/pip \d\S* is installed, 999\.1 or newer is required/)
    expect(error.message).toContain(`${withPip} -m pip install --upgrade 'pip>=999.1'`)
  })
})
