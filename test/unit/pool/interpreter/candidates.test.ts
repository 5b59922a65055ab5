import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { candidates } from '../../../../src/pool/interpreter/candidates.ts'
import { scratchDirectory, script } from './scratch.ts'

let scratch: ReturnType<typeof scratchDirectory>
let root: string
let bin: string

beforeEach(() => {
  scratch = scratchDirectory()
  root = join(scratch.path, 'repository/packages/web')
  bin = join(scratch.path, 'bin')
  mkdirSync(root, { recursive: true })
  script(join(bin, 'python3'), '')
})
afterEach(() => scratch.remove())

const sources = (env: NodeJS.ProcessEnv, python?: string) =>
  candidates({ root, python, env: { PATH: bin, ...env } }).map(({ source }) => source)

describe('candidates', () => {
  test('are ordered, the most likely first', () => {
    mkdirSync(join(root, '.venv'))
    writeFileSync(join(scratch.path, 'repository/uv.lock'), '')
    script(join(bin, 'uv'), '')
    expect(sources({ VIRTUAL_ENV: '/venv', CONDA_PREFIX: '/conda', CONDA_DEFAULT_ENV: 'work' })).toEqual([
      'active virtual environment',
      'active conda environment',
      `.venv in ${root}`,
      `uv run (uv.lock in ${scratch.path}/repository)`,
      'python3 on PATH',
      'python on PATH',
    ])
  })

  test('are one only if the user names it', () => {
    expect(sources({ VITEST_PYTHON: 'python3', VIRTUAL_ENV: '/venv' })).toEqual(['VITEST_PYTHON'])
    expect(sources({ VITEST_PYTHON: 'python3' }, './python')).toEqual(['option `python`'])
  })

  test('a named path starts at the root, or at ~', () => {
    const named = (python: string) => candidates({ root, python, env: { PATH: bin, HOME: scratch.path } })[0]
    expect(named('./env/python')?.name).toBe(join(root, 'env/python'))
    expect(named('~/bin/python3')).toMatchObject({
      name: join(bin, 'python3'),
      explicit: true,
      command: [join(bin, 'python3')],
    })
    expect(named('python3')).toMatchObject({ command: [join(bin, 'python3')], explicit: true })
    expect(named('python9')).toMatchObject({ command: [], absence: 'is not on PATH' })
  })

  test('explain a directory that was given instead of a Python', () => {
    script(join(root, 'env/bin/python'), '')
    const [candidate] = candidates({ root, python: './env', env: {} })
    expect(candidate?.absence).toBe(`is a directory; did you mean ${root}/env/bin/python?`)
  })

  test('do not include conda’s base, which is active in every shell', () => {
    expect(sources({ CONDA_PREFIX: '/conda', CONDA_DEFAULT_ENV: 'base' })).toEqual([
      'python3 on PATH',
      'python on PATH',
    ])
  })

  test('take the nearest .venv', () => {
    mkdirSync(join(scratch.path, 'repository/.venv'))
    expect(sources({})).toContain(`.venv in ${scratch.path}/repository`)
    mkdirSync(join(root, '.venv'))
    expect(sources({}).filter((source) => source.startsWith('.venv'))).toEqual([`.venv in ${root}`])
  })

  test('name the missing target of a broken .venv', () => {
    mkdirSync(join(root, '.venv/bin'), { recursive: true })
    symlinkSync('python3.11', join(root, '.venv/bin/python'))
    symlinkSync('/gone/python3.11', join(root, '.venv/bin/python3.11'))
    const [candidate] = candidates({ root, env: {} })
    expect(candidate?.absence).toBe('is a symbolic link to /gone/python3.11, which does not exist')
  })

  test('do not include uv if there is a .venv beside uv.lock: uv would replace it', () => {
    writeFileSync(join(root, 'uv.lock'), '')
    script(join(bin, 'uv'), '')
    expect(candidates({ root, env: { PATH: bin } })[0]?.command).toEqual([
      join(bin, 'uv'),
      'run',
      '--frozen',
      '--no-progress',
      'python',
    ])
    mkdirSync(join(root, '.venv'))
    expect(sources({}).some((source) => source.startsWith('uv run'))).toBe(false)
  })

  test('mention uv.lock if uv is not installed', () => {
    writeFileSync(join(root, 'uv.lock'), '')
    expect(candidates({ root, env: { PATH: bin } })[0]).toMatchObject({
      command: [],
      absence: 'cannot be used: uv is not on PATH',
    })
  })
})
