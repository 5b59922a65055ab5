import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SetupError } from '../../support/errors.ts'
import type { OwnerIdentity } from '../system/identity.ts'
import { isRunId, mintRunId } from './runId.ts'

/** The content of `run.json`. It is written once, when the run directory is created. */
export interface RunRecord {
  runId: string
  owner: OwnerIdentity
  /** Root of the project whose tests run. */
  root: string
  /** ISO 8601. */
  startedAt: string
  /** The executables that may outlive the run: names, and absolute paths without links. */
  keep?: readonly string[]
}

export interface RunDirectory {
  runId: string
  path: string
}

const RECORD = 'run.json'

/** `sun_path` has 108 bytes on Linux and 104 on macOS, the final NUL included. */
const MAX_SOCKET_PATH = 103
const MAX_NAME_IN_RUN = '/abcdefg/workers/w999999.sock'.length

/**
 * The directory that holds the run directories of this user: below `$XDG_RUNTIME_DIR`, else below the temporary
 * directory, else below `/tmp` if both are too long for the path of a socket. After `su` and `sudo`, `XDG_RUNTIME_DIR`
 * may be that of another user, and is not used.
 */
export function runsDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const name = `vitest-python-${process.getuid?.() ?? 0}`
  const xdg = env['XDG_RUNTIME_DIR']
  const bases = [xdg !== undefined && isOurs(xdg) ? xdg : undefined, tmpdir(), '/tmp']
  const paths = bases
    .filter((base) => base !== undefined && isThere(base))
    .map((base) => join(base as string, name))
  return paths.find((path) => path.length + MAX_NAME_IN_RUN <= MAX_SOCKET_PATH) ?? join('/tmp', name)
}

/** The directory that holds those of trees, if this machine is a node of a cluster; see docs/protocol.md. */
export function nodesDirectory(): string {
  return join(tmpdir(), `vitest-python-${process.getuid?.() ?? 0}-nodes`)
}

/**
 * Creates a run directory. Its name is the run ID. It is created exclusively, so the ID is unique: if the name is
 * taken, another one is minted.
 *
 * @throws SetupError RUN_DIRECTORY_UNSAFE if the parent directory does not belong to this user alone,
 * RUNS_DIRECTORY_UNWRITABLE
 */
export function createRunDirectory(
  owner: OwnerIdentity,
  root: string,
  base = runsDirectory(),
  keep: readonly string[] = [],
): RunDirectory {
  makePrivate(base)
  try {
    return claimRunDirectory({ owner, root, keep }, base)
  } catch (cause) {
    throw unwritable(base, cause)
  }
}

function claimRunDirectory(
  { owner, root, keep }: Pick<RunRecord, 'owner' | 'root' | 'keep'>,
  base: string,
): RunDirectory {
  for (;;) {
    const runId = mintRunId()
    const path = join(base, runId)
    if (!createExclusively(path)) continue
    const startedAt = new Date().toISOString()
    const directory = { runId, path }
    try {
      fillRunDirectory(directory, { runId, owner, root, startedAt, ...(keep?.length ? { keep } : {}) })
    } catch (error) {
      removeRunDirectory(directory)
      throw error
    }
    return directory
  }
}

function fillRunDirectory({ path }: RunDirectory, record: RunRecord): void {
  mkdirSync(join(path, 'workers'), { mode: 0o700 })
  mkdirSync(join(path, 'logs'), { mode: 0o700 })
  // Renamed into place, so another run that starts at this moment does not read half of it.
  writeFileSync(join(path, 'run.json.new'), JSON.stringify(record), { mode: 0o600, flag: 'wx' })
  renameSync(join(path, 'run.json.new'), join(path, RECORD))
}

/** The run directories below `base`, in any state, and everything else that has the name of one. */
export function listRunDirectories(base = runsDirectory()): RunDirectory[] {
  if (!isThere(base)) return []
  checkPrivate(base)
  return readdirSync(base)
    .filter(isRunId)
    .map((runId) => ({ runId, path: join(base, runId) }))
}

/** The files that a run writes before its record. */
const SKELETON = ['workers', 'logs', `${RECORD}.new`]

/**
 * The record in a run directory.
 *
 * @returns `undefined` if it has not been written yet, or if the run died before that
 * @throws SetupError RUN_DIRECTORY_UNSAFE or RUN_DIRECTORY_CORRUPT if the record cannot be trusted, or if the directory
 * is not that of a run
 */
export function readRunRecord(directory: RunDirectory): RunRecord | undefined {
  const file = join(directory.path, RECORD)
  if (!isOwnDirectory(directory.path)) checkPrivate(directory.path)
  const text = readIfThere(file)
  // A directory that only has the name of a run is left alone, whatever its permissions are.
  if (text === undefined) checkSkeleton(directory)
  checkPrivate(directory.path)
  if (text === undefined) return undefined
  try {
    return checkRecord(JSON.parse(text), directory)
  } catch (cause) {
    throw new SetupError(
      'RUN_DIRECTORY_CORRUPT',
      `${file} is not a valid record of a run, so its owner is unknown and the run is left alone. Delete ${directory.path} if no run uses it.`,
      { cause },
    )
  }
}

/** Removes the record last, so the directory is that of a run until it is gone. */
export function removeRunDirectory(directory: RunDirectory): void {
  if (isThere(directory.path)) closeRunDirectory(directory)
  rmSync(directory.path, { recursive: true, force: true })
}

/**
 * Removes everything but the record. As long as kept processes are alive, the record tells the next run and `verify` that
 * they may be.
 */
export function closeRunDirectory(directory: RunDirectory): void {
  for (const name of readdirSync(directory.path))
    if (name !== RECORD) rmSync(join(directory.path, name), { recursive: true, force: true })
}

/** Another program, or you, may have made a directory with such a name. */
function checkSkeleton({ path }: RunDirectory): void {
  const names = readdirSync(path)
  const strange = names.find((name) => !SKELETON.includes(name))
  if (strange === undefined) return
  // A run may start or end at this moment. Its record comes first and goes last.
  const later = readdirSync(path)
  if (names.includes(RECORD) || later.includes(RECORD) || !later.includes(strange)) return
  throw new SetupError(
    'RUN_DIRECTORY_CORRUPT',
    `${path} is named like the directory of a run, but has no ${RECORD} and holds ${strange}. It is left alone.`,
  )
}

function checkRecord(value: unknown, directory: RunDirectory): RunRecord {
  const record = value as RunRecord
  const owner = record?.owner
  const whole =
    record?.runId === directory.runId &&
    Number.isInteger(owner?.pid) &&
    [owner.startTime, owner.bootId, owner.pidNamespace, owner.host, record.startedAt].every(isText) &&
    (record.keep === undefined || (Array.isArray(record.keep) && record.keep.every(isText)))
  if (!whole) throw new Error('not the record of this run')
  return record
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
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

/** Creates a directory that belongs to this user alone, unless it exists. @throws SetupError if that is impossible */
export function makePrivate(path: string): void {
  try {
    if (createExclusively(path)) chmodSync(path, 0o700)
  } catch (cause) {
    throw unwritable(path, cause)
  }
  checkPrivate(path)
}

function unwritable(path: string, cause: unknown): SetupError {
  const why = `Cannot write to ${path}, the directory for the sockets of runs: ${(cause as Error).message}. `
  return new SetupError('RUNS_DIRECTORY_UNWRITABLE', `${why}Set XDG_RUNTIME_DIR to a writable directory.`, {
    cause,
  })
}

/** Throws if another user can write to the directory: a forged record could make us signal any process. */
function checkPrivate(path: string): void {
  const stat = lstatSync(path)
  const faults = [
    stat.isSymbolicLink() && 'is a symbolic link',
    !stat.isSymbolicLink() && !stat.isDirectory() && 'is not a directory',
    stat.uid !== process.getuid?.() && `belongs to user ${stat.uid}`,
    !stat.isSymbolicLink() &&
      (stat.mode & 0o077) !== 0 &&
      `is open to others (mode 0${(stat.mode & 0o777).toString(8)})`,
  ].filter(Boolean)
  if (faults.length === 0) return
  throw new SetupError(
    'RUN_DIRECTORY_UNSAFE',
    `${path} ${faults.join(' and ')}, so its content cannot be trusted. ${stat.uid === process.getuid?.() ? 'Delete it, or set' : 'Set'} XDG_RUNTIME_DIR to a directory that only you can access.`,
  )
}

function isOwnDirectory(path: string): boolean {
  const stat = lstatSync(path)
  return stat.isDirectory() && stat.uid === process.getuid?.()
}

function isOurs(path: string): boolean {
  try {
    return statSync(path).uid === process.getuid?.()
  } catch {
    return false
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
