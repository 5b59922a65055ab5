import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SetupError } from '../../support/errors.ts'
import type { OwnerIdentity } from '../system/identity.ts'
import { isRunId, mintRunId } from './runId.ts'

/** What `run.json` says: written once, when the run directory is made. */
export interface RunRecord {
  runId: string
  owner: OwnerIdentity
  /** Root of the project whose tests run. */
  root: string
  /** ISO 8601. */
  startedAt: string
}

export interface RunDirectory {
  runId: string
  path: string
}

/** `sun_path` has 108 bytes on Linux and 104 on macOS, the final NUL included. */
const LONGEST_SOCKET_PATH = 103
const LONGEST_NAME_IN_RUN = '/abcdefg/workers/w999999.sock'.length

/**
 * The directory that holds the run directories of this user: under `$XDG_RUNTIME_DIR`, else the temporary
 * directory, else `/tmp` where the others are too long for a socket's path.
 */
export function runsDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const name = `vitest-python-${process.getuid?.() ?? 0}`
  const bases = [env['XDG_RUNTIME_DIR'], tmpdir(), '/tmp'].filter(
    (base) => base !== undefined && isThere(base),
  )
  const paths = bases.map((base) => join(base as string, name))
  return paths.find((path) => path.length + LONGEST_NAME_IN_RUN <= LONGEST_SOCKET_PATH) ?? join('/tmp', name)
}

/**
 * Makes a run directory. Creating it exclusively is what makes its name the run's ID: a name that is taken mints again.
 *
 * @throws SetupError RUN_DIRECTORY_UNSAFE where the directory above is not this user's alone, RUNS_DIRECTORY_UNWRITABLE
 */
export function createRunDirectory(owner: OwnerIdentity, root: string, base = runsDirectory()): RunDirectory {
  makePrivate(base)
  try {
    return claimRunDirectory(owner, root, base)
  } catch (cause) {
    throw unwritable(base, cause)
  }
}

function claimRunDirectory(owner: OwnerIdentity, root: string, base: string): RunDirectory {
  for (;;) {
    const runId = mintRunId()
    const path = join(base, runId)
    if (!createExclusively(path)) continue
    mkdirSync(join(path, 'workers'), { mode: 0o700 })
    mkdirSync(join(path, 'logs'), { mode: 0o700 })
    const record: RunRecord = { runId, owner, root, startedAt: new Date().toISOString() }
    // Renamed into place: another run that starts right now must not read half of it.
    writeFileSync(join(path, 'run.json.new'), JSON.stringify(record), { mode: 0o600, flag: 'wx' })
    renameSync(join(path, 'run.json.new'), join(path, 'run.json'))
    return { runId, path }
  }
}

/** The run directories below `base`, whatever state they are in. */
export function listRunDirectories(base = runsDirectory()): RunDirectory[] {
  if (!isThere(base)) return []
  checkPrivate(base)
  return readdirSync(base)
    .filter(isRunId)
    .map((runId) => ({ runId, path: join(base, runId) }))
}

/**
 * What a run directory says of its run.
 *
 * @returns `undefined` where it says nothing yet, or never came to it
 * @throws SetupError RUN_DIRECTORY_UNSAFE, RUN_DIRECTORY_CORRUPT: its word is then worth nothing
 */
export function readRunRecord(directory: RunDirectory): RunRecord | undefined {
  checkPrivate(directory.path)
  const file = join(directory.path, 'run.json')
  if (!isThere(file)) return undefined
  try {
    return checkRecord(JSON.parse(readFileSync(file, 'utf8')), directory)
  } catch (cause) {
    throw new SetupError(
      'RUN_DIRECTORY_CORRUPT',
      `${file} does not say whose run this was, so nothing is done about it. Delete ${directory.path} if no run uses it.`,
      { cause },
    )
  }
}

export function removeRunDirectory(directory: RunDirectory): void {
  rmSync(directory.path, { recursive: true, force: true })
}

function checkRecord(value: unknown, directory: RunDirectory): RunRecord {
  const record = value as RunRecord
  const owner = record?.owner
  const whole =
    record?.runId === directory.runId &&
    Number.isInteger(owner?.pid) &&
    [owner.startTime, owner.bootId, owner.pidNamespace, owner.host, record.startedAt].every(
      (text) => typeof text === 'string',
    )
  if (!whole) throw new Error('not the record of this run')
  return record
}

function createExclusively(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Makes a directory that is this user's alone, unless it is there. @throws SetupError where it cannot be that */
export function makePrivate(path: string): void {
  try {
    if (createExclusively(path)) chmodSync(path, 0o700)
  } catch (cause) {
    throw unwritable(path, cause)
  }
  checkPrivate(path)
}

function unwritable(path: string, cause: unknown): SetupError {
  const why = `${path}, where runs keep their sockets, cannot be written: ${(cause as Error).message}. `
  return new SetupError('RUNS_DIRECTORY_UNWRITABLE', `${why}Point XDG_RUNTIME_DIR to a directory that can.`, {
    cause,
  })
}

/** Anybody who can write here could have us signal processes on his word. */
function checkPrivate(path: string): void {
  const stat = lstatSync(path)
  const faults = [
    stat.isSymbolicLink() && 'is a symbolic link',
    !stat.isSymbolicLink() && !stat.isDirectory() && 'is no directory',
    stat.uid !== process.getuid?.() && `belongs to user ${stat.uid}`,
    !stat.isSymbolicLink() &&
      (stat.mode & 0o077) !== 0 &&
      `is open to others (mode 0${(stat.mode & 0o777).toString(8)})`,
  ].filter(Boolean)
  if (faults.length === 0) return
  throw new SetupError(
    'RUN_DIRECTORY_UNSAFE',
    `${path} ${faults.join(' and ')}, so nothing in it is believed. Delete it, or point XDG_RUNTIME_DIR to a directory that is yours alone.`,
  )
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
