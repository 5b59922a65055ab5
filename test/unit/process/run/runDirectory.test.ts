import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownerState } from '../../../../src/process/run/owner.ts'
import {
  createRunDirectory,
  listRunDirectories,
  readRunRecord,
  removeRunDirectory,
  runsDirectory,
} from '../../../../src/process/run/runDirectory.ts'
import { ownIdentity } from '../../../../src/process/system/identify.ts'

let scratch: string
let base: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'run-directory-'))
  base = join(scratch, 'runs')
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('a run directory is private, names its owner, and can be read back', () => {
  const directory = createRunDirectory(ownIdentity(), '/project', base)
  expect([mode(base), mode(directory.path), mode(join(directory.path, 'workers'))]).toEqual([
    '700',
    '700',
    '700',
  ])
  expect(readRunRecord(directory)).toMatchObject({
    runId: directory.runId,
    root: '/project',
    owner: ownIdentity(),
  })
  expect(listRunDirectories(base)).toEqual([directory])
  removeRunDirectory(directory)
  expect(existsSync(directory.path)).toBe(false)
})

test('a hundred concurrent runs create a hundred directories', () => {
  const owner = ownIdentity()
  const ids = Array.from({ length: 100 }, () => createRunDirectory(owner, '/project', base).runId)
  expect(new Set(ids).size).toBe(100)
})

test('a parent directory that is open to others, a link, or a file is refused with the remedy', () => {
  mkdirSync(base)
  chmodSync(base, 0o777)
  expect(() => createRunDirectory(ownIdentity(), '/p', base)).toThrow(
    /is open to others \(mode 0777\).*Delete it/,
  )
  expect(() => listRunDirectories(base)).toThrow('is open to others')
  expect(() => listRunDirectories(base)).toThrow(expect.objectContaining({ code: 'RUN_DIRECTORY_UNSAFE' }))
  rmSync(base, { recursive: true })
  symlinkSync(tmpdir(), base)
  expect(() => createRunDirectory(ownIdentity(), '/p', base)).toThrow('is a symbolic link')
  rmSync(base)
  writeFileSync(base, '')
  expect(() => createRunDirectory(ownIdentity(), '/p', base)).toThrow('is not a directory')
})

test.runIf(process.getuid?.() === 0)('a parent directory of another user is refused', async () => {
  const { chownSync } = await import('node:fs')
  mkdirSync(base, { mode: 0o700 })
  chownSync(base, 12_345, 12_345)
  expect(() => createRunDirectory(ownIdentity(), '/p', base)).toThrow('belongs to user 12345')
})

test.each([
  ['not JSON', '{'],
  ['no object', 'null'],
  ['another run', JSON.stringify({ runId: 'zzzzzzz', owner: ownIdentity(), startedAt: '' })],
  ['no owner', '{"runId":"RUN"}'],
  [
    'a pid that is not a number',
    JSON.stringify({ runId: 'RUN', owner: { ...ownIdentity(), pid: '1' }, startedAt: '' }),
  ],
])('a record that is %s is refused, and nothing is done about the run', (_, text) => {
  const directory = createRunDirectory(ownIdentity(), '/project', base)
  writeFileSync(join(directory.path, 'run.json'), text.replace('RUN', directory.runId))
  expect(() => readRunRecord(directory)).toThrow(/is not a valid record of a run, so its owner is unknown/)
  expect(() => readRunRecord(directory)).toThrow(expect.objectContaining({ code: 'RUN_DIRECTORY_CORRUPT' }))
})

test('a parent directory that cannot be created is refused', () => {
  writeFileSync(base, '')
  const below = join(base, 'runs')
  expect(() => createRunDirectory(ownIdentity(), '/p', below)).toThrow(
    expect.objectContaining({ code: 'RUNS_DIRECTORY_UNWRITABLE' }),
  )
})

test('a directory without a record has no record', () => {
  const directory = createRunDirectory(ownIdentity(), '/project', base)
  rmSync(join(directory.path, 'run.json'))
  expect(readRunRecord(directory)).toBeUndefined()
})

test('a directory whose name is not a run ID is not a run', () => {
  createRunDirectory(ownIdentity(), '/project', base)
  mkdirSync(join(base, 'not-a-run'))
  expect(listRunDirectories(base)).toHaveLength(1)
})

test('if the path of a socket would be too long, a shorter directory is used', () => {
  const deep = join(scratch, 'x'.repeat(90))
  mkdirSync(deep)
  expect(runsDirectory({ XDG_RUNTIME_DIR: deep }).startsWith(deep)).toBe(false)
  expect(runsDirectory({ XDG_RUNTIME_DIR: scratch }).startsWith(scratch)).toBe(true)
  for (const env of [{ XDG_RUNTIME_DIR: deep }, { XDG_RUNTIME_DIR: scratch }, {}]) {
    expect(`${runsDirectory(env)}/abcdefg/workers/w999999.sock`.length).toBeLessThan(104)
  }
})

test.runIf(process.getuid?.() === 0)('the runtime directory of another user is not used', async () => {
  const { chownSync } = await import('node:fs')
  const theirs = join(scratch, 'theirs')
  mkdirSync(theirs)
  expect(runsDirectory({ XDG_RUNTIME_DIR: theirs }).startsWith(theirs)).toBe(true)
  chownSync(theirs, 12_345, 12_345)
  expect(runsDirectory({ XDG_RUNTIME_DIR: theirs }).startsWith(theirs)).toBe(false)
  expect(runsDirectory({ XDG_RUNTIME_DIR: join(theirs, 'none') }).startsWith(theirs)).toBe(false)
})

test('a directory that is only named like a run is no run, and is left alone', () => {
  const path = join(base, 'backups')
  mkdirSync(base, { mode: 0o700 })
  mkdirSync(path, { mode: 0o755 })
  writeFileSync(join(path, 'mail'), '')
  expect(() => readRunRecord({ runId: 'backups', path })).toThrow('It is left alone')
  expect(existsSync(join(path, 'mail'))).toBe(true)
})

test('a run that starts or ends meanwhile is no corrupt one', async () => {
  mkdirSync(base, { mode: 0o700, recursive: true })
  // Beside this process, so that every state of a directory is met.
  const program = `
    import { mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
    const [base, record] = process.argv.slice(1)
    for (let n = 0; n < 1_000; n++) {
      const runId = n.toString(36).padStart(7, '0')
      const path = base + '/' + runId
      for (const part of ['', '/workers', '/logs']) mkdirSync(path + part, { mode: 0o700 })
      writeFileSync(path + '/run.json.new', record.replace('RUN', runId))
      renameSync(path + '/run.json.new', path + '/run.json')
      for (const name of ['broker.sock', 'processes.jsonl']) writeFileSync(path + '/' + name, '')
      for (const name of ['broker.sock', 'processes.jsonl']) unlinkSync(path + '/' + name)
      for (const name of ['workers', 'logs']) rmSync(path + '/' + name, { recursive: true })
      rmSync(path, { recursive: true })
    }`
  const record = JSON.stringify({ runId: 'RUN', owner: ownIdentity(), root: '/', startedAt: '2026-01-01' })
  const other = spawn(process.execPath, ['--input-type=module', '--eval', program, base, record])
  let ended = false
  other.once('exit', () => {
    ended = true
  })
  const seen = new Map<string, number>()
  while (!ended) {
    for (const directory of listRunDirectories(base)) {
      const outcome = lookAt(directory)
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
    }
    await new Promise(setImmediate)
  }
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(['gone', 'recorded']))
  expect([...seen.keys()].filter((outcome) => !['gone', 'recorded', 'no record'].includes(outcome))).toEqual(
    [],
  )
}, 60_000)

function lookAt(directory: { runId: string; path: string }): string {
  try {
    return readRunRecord(directory) ? 'recorded' : 'no record'
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'gone' : message
  }
}

test('an owner is dead only if its machine, boot, namespace and start time prove it', () => {
  const owner = ownIdentity()
  const now = new Date().toISOString()
  const longAgo = new Date(0).toISOString()
  const stateOf = (changed: object, startedAt = now) =>
    ownerState({ owner: { ...owner, ...changed }, startedAt })
  expect(stateOf({})).toBe('alive')
  expect(stateOf({ startTime: '1' }), 'its pid has another process').toBe('dead')
  expect(stateOf({ pid: 4_194_304 }), 'no process has its pid').toBe('dead')
  expect(stateOf({ bootId: 'before' }, longAgo), 'it lived before the boot').toBe('dead')
  expect(stateOf({ bootId: 'other' }, now), 'another machine of this name').toBe('elsewhere')
  expect(stateOf({ bootId: 'other' }, 'nonsense'), 'its start is unknown').toBe('elsewhere')
  expect(stateOf({ bootId: 'other', host: 'elsewhere' }, longAgo), 'another machine').toBe('elsewhere')
  expect(stateOf({ pidNamespace: 'pid:[1]' }), 'another container').toBe('elsewhere')
})
