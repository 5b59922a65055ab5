import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FindOptions, findInterpreter } from '../../../../src/pool/interpreter/find.ts'
import { SetupError } from '../../../../src/support/errors.ts'
import { basePython, fakePython, makeVenv, scratchDirectory, script } from './scratch.ts'

const requirements = {
  pip: { minimum: '1', pin: '1' },
  'not-there-at-all': { minimum: '1', pin: '1' },
  'no-metadata': { minimum: '1', pin: '1', module: 'json' },
}

let scratch: ReturnType<typeof scratchDirectory>
let root: string
let bin: string

beforeEach(() => {
  scratch = scratchDirectory()
  root = join(scratch.path, 'project/inside')
  bin = join(scratch.path, 'bin')
  mkdirSync(root, { recursive: true })
  mkdirSync(bin)
})
afterEach(() => scratch.remove())

const find = (env: NodeJS.ProcessEnv = {}, python?: string, options: FindOptions = {}) =>
  findInterpreter({ root, python, env: { PATH: bin, ...env } }, { requirements, ...options })

async function refusal(promise: Promise<unknown>): Promise<SetupError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SetupError)
  return error as SetupError
}

describe('findInterpreter', () => {
  test('stops at once if the run ends, and tries no other candidate', async () => {
    script(join(bin, 'python3'), 'exec /bin/sleep 30')
    fakePython(join(bin, 'python'), { version: '3.11.7' })
    const began = performance.now()
    const error = await refusal(find({}, undefined, { signal: AbortSignal.timeout(200) }))
    expect(error.code).toBe('RUN_ENDED')
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('finds the .venv above the root, and its distributions', async () => {
    const executable = makeVenv(join(scratch.path, 'project/.venv'))
    const found = await find()
    expect(found).toMatchObject({ executable, source: `.venv in ${scratch.path}/project`, skipped: [] })
    expect(found.version).toMatch(/^3\.\d+\.\d+$/)
    expect(found.abi).toMatch(/^cpython-3\d+.*-.+$/)
    expect(found.distributions).toEqual({
      pip: { found: false, version: null },
      'not-there-at-all': { found: false, version: null },
      'no-metadata': { found: true, version: null },
    })
  })

  test('finds versions in the user’s PYTHONPATH', async () => {
    makeVenv(join(root, '.venv'))
    const site = join(scratch.path, 'site')
    mkdirSync(join(site, 'pip'), { recursive: true })
    mkdirSync(join(site, 'pip-23.4.5.dist-info'))
    writeFileSync(join(site, 'pip/__init__.py'), '')
    writeFileSync(
      join(site, 'pip-23.4.5.dist-info/METADATA'),
      'Metadata-Version: 2.1\nName: pip\nVersion: 23.4.5\n',
    )
    expect((await find({ PYTHONPATH: site })).distributions['pip']).toEqual({
      found: true,
      version: '23.4.5',
    })
  })

  test('resolves a shim to its interpreter', async () => {
    script(join(bin, 'python3'), `exec ${basePython} "$@"`)
    const found = await find()
    expect(found.source).toBe('python3 on PATH')
    expect(realpathSync(found.executable)).toBe(realpathSync(basePython))
  })

  test('prefers the active environment to .venv', async () => {
    makeVenv(join(root, '.venv'))
    const executable = makeVenv(join(scratch.path, 'active'))
    expect(await find({ VIRTUAL_ENV: join(scratch.path, 'active') })).toMatchObject({ executable })
  })

  test('does not import the project’s own files', async () => {
    makeVenv(join(root, '.venv'))
    for (const name of ['json', 'platform', 'importlib'])
      writeFileSync(join(root, `${name}.py`), 'raise SystemExit(7)')
    await expect(find()).resolves.toMatchObject({ skipped: [] })
  })

  test('ignores the output of sitecustomize', async () => {
    makeVenv(join(root, '.venv'))
    const site = join(scratch.path, 'site')
    mkdirSync(site)
    writeFileSync(join(site, 'sitecustomize.py'), 'print("hello", end=" ")\nprint("world")')
    await expect(find({ PYTHONPATH: site })).resolves.toMatchObject({ source: `.venv in ${root}` })
  })

  test('skips a broken .venv, and keeps the reason', async () => {
    makeVenv(join(root, '.venv'))
    rmSync(join(root, '.venv/bin/python'))
    symlinkSync('/gone/python3', join(root, '.venv/bin/python'))
    symlinkSync(basePython, join(bin, 'python3'))
    expect((await find()).skipped).toEqual([
      {
        candidate: join(root, '.venv/bin/python'),
        source: `.venv in ${root}`,
        reason: 'is a symbolic link to /gone/python3, which does not exist',
      },
    ])
  })

  test('skips an interpreter that is too old, one that fails, and one that is not CPython', async () => {
    fakePython(join(scratch.path, 'active/bin/python'), { version: '3.9.18' })
    fakePython(join(root, '.venv/bin/python'), { version: '3.11.4', implementation: 'PyPy' })
    script(join(bin, 'python3'), 'echo "pyenv: version 9 is not installed" >&2; exit 127')
    symlinkSync(basePython, join(bin, 'python'))
    const found = await find({ VIRTUAL_ENV: join(scratch.path, 'active') })
    expect(found.source).toBe('python on PATH')
    expect(found.skipped.map(({ reason }) => reason)).toEqual([
      'is Python 3.9.18; 3.10 or newer is required',
      'is PyPy 3.11.4; only CPython is supported',
      'exited with status 127: pyenv: version 9 is not installed',
    ])
  })

  test.each([
    ['PYTHON_TOO_OLD', (path: string) => fakePython(path, { version: '3.8.1' })],
    ['PYTHON_NOT_CPYTHON', (path: string) => fakePython(path, { version: '3.11.4', implementation: 'PyPy' })],
    ['PYTHON_BROKEN', (path: string) => script(path, 'exit 3')],
    ['PYTHON_BROKEN', (path: string) => script(path, 'echo I am no Python')],
    ['PYTHON_NOT_FOUND', (path: string) => dirname(path)],
    ['PYTHON_NOT_FOUND', (path: string) => `${path}-that-is-not-there`],
  ])('never takes another one in place of the one that was named: %s', async (code, make) => {
    makeVenv(join(root, '.venv'))
    const python = make(join(scratch.path, 'named/python'))
    const byOption = await refusal(find({}, python))
    expect(byOption.code).toBe(code)
    expect(byOption.message).toContain('option `python`')
    expect(byOption.message).toContain(python)
    const byVariable = await refusal(find({ VITEST_PYTHON: python }))
    expect(byVariable.code).toBe(code)
    expect(byVariable.message).toContain('VITEST_PYTHON')
  })

  test('lists every candidate and its reason if none can be used', async () => {
    fakePython(join(root, '.venv/bin/python'), { version: '3.9.18' })
    const error = await refusal(find({ VIRTUAL_ENV: '/gone' }))
    expect(error.code).toBe('PYTHON_NOT_FOUND')
    expect(error.message.split('\n').slice(1, -1)).toEqual([
      '  - active virtual environment: /gone/bin/python does not exist',
      `  - .venv in ${root}: ${root}/.venv/bin/python is Python 3.9.18; 3.10 or newer is required`,
      '  - python3 is not on PATH',
      '  - python is not on PATH',
    ])
    expect(error.message).toContain('VITEST_PYTHON')
  })

  test('names PYTHONHOME if it keeps every Python from starting', async () => {
    symlinkSync(basePython, join(bin, 'python3'))
    const error = await refusal(find({ PYTHONHOME: '/nowhere' }))
    expect(error.code).toBe('PYTHON_NOT_FOUND')
    expect(error.message).toContain('PYTHONHOME is set to /nowhere, so every interpreter loads')
    const named = await refusal(find({ PYTHONHOME: '/nowhere' }, basePython))
    expect(named.code).toBe('PYTHON_BROKEN')
    expect(named.message).toContain('PYTHONHOME is set to /nowhere')
    expect((await find()).version).toMatch(/^3/)
  })

  test('does not wait for a Python that hangs, nor for its children', async () => {
    script(join(bin, 'python3'), 'sleep 60; echo late')
    symlinkSync(basePython, join(bin, 'python'))
    const start = performance.now()
    const found = await find({ PATH: `${bin}:/usr/bin:/bin`, VIRTUAL_ENV: '' }, undefined, {
      deadline: 4_000,
    })
    expect(found.skipped[0]?.reason).toBe('did not finish within 4 s')
    expect(performance.now() - start).toBeLessThan(30_000)
  })

  test('asks uv for the environment of a uv project, and never lets it rewrite uv.lock', async () => {
    writeFileSync(join(scratch.path, 'project/uv.lock'), '')
    const log = join(scratch.path, 'uv.log')
    script(join(bin, 'uv'), `echo "$1 $2 $3 $4 $(pwd)" > ${log}; shift 4; exec ${basePython} "$@"`)
    const lines: string[] = []
    const found = await find({ PATH: `${bin}:/usr/bin:/bin` }, undefined, {
      progress: (line) => lines.push(line),
    })
    expect(found.source).toBe(`uv run (uv.lock in ${scratch.path}/project)`)
    expect(readFileSync(log, 'utf8').trim()).toBe(`run --frozen --no-progress python ${root}`)
    expect(lines).toHaveLength(1)
  })

  test('quotes uv if it fails', async () => {
    writeFileSync(join(root, 'uv.lock'), '')
    script(join(bin, 'uv'), 'echo "error: No interpreter found for Python >=3.99" >&2; exit 2')
    symlinkSync(basePython, join(bin, 'python3'))
    expect((await find()).skipped).toEqual([
      {
        candidate: 'uv run',
        source: `uv run (uv.lock in ${root})`,
        reason: 'exited with status 2: error: No interpreter found for Python >=3.99',
      },
    ])
  })
})
