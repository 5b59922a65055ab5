import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pollUntil } from '../../support/pollUntil.ts'
import type { Pool } from '../leasing/pool.ts'
import { startProgram } from '../python/start/startProgram.ts'
import { recordProcess } from '../run/record.ts'
import { KILL_MARGIN_MS } from '../verdict/killLoop.ts'

/** A file in coverage.py's JSON report. */
export interface MeasuredFile {
  readonly executed_lines: readonly number[]
  readonly missing_lines: readonly number[]
  /** From line to line. A negative second line leaves what begins there. */
  readonly executed_branches?: readonly (readonly [number, number])[]
  readonly missing_branches?: readonly (readonly [number, number])[]
  /** By qualified name. The name of the rest of the file is empty. */
  readonly functions?: Readonly<Record<string, MeasuredFunction>>
}

export interface MeasuredFunction {
  readonly executed_lines: readonly number[]
  readonly missing_lines: readonly number[]
  /** Older versions of coverage.py leave it out. */
  readonly start_line?: number
}

/** By path, relative to the root of the project. */
export type MeasuredFiles = Readonly<Record<string, MeasuredFile>>

const POLL_MS = 10
let reports = 0

/** The functions of a Python file, and the rest of it, as hashes of their text. */
export interface Outline {
  readonly rest: string
  /** The hash of each body, by qualified name. */
  readonly functions: Readonly<Record<string, string>>
}

/** The lines and functions of a Python file that have run, by lease. */
export interface FileContexts {
  readonly outline: Outline
  /** The ID of the lease is empty for code that no lease has run, such as that of an import. */
  readonly leases: Readonly<
    Record<string, { readonly lines: readonly number[]; readonly functions: readonly string[] }>
  >
  /** Leases that have run an older version of the file. */
  readonly outdated: readonly string[]
}

export interface Contexts {
  /** Leases of which everything that they have run is known. */
  readonly ended: readonly string[]
  /** By absolute path. */
  readonly files: Readonly<Record<string, FileContexts>>
}

/** Everything that was measured. */
export interface Measured {
  readonly files: MeasuredFiles
  readonly contexts: Contexts
  /** The interpreter. */
  readonly python: string
}

/**
 * Has a Python process analyse everything that the workers of a run have written down, after those that leave have ended.
 *
 * @returns nothing if nothing was measured
 * @throws SetupError PYTHON_START_FAILED with coverage.py's own error
 */
export async function readCoverage(pool: Pool): Promise<Measured | undefined> {
  const { run, runtime } = pool
  const { state } = runtime
  if (!run.options.measuring || state.phase !== 'armed') return undefined
  const timeout = run.options.stopTimeout + KILL_MARGIN_MS
  await pollUntil({ look: () => pool.isQuiet, isDone: Boolean, timeout, interval: POLL_MS })
  const { path } = run.directory
  if (!existsSync(join(path, 'measured.jsonl'))) return undefined
  const id = `coverage-${++reports}`
  const { spawned, ready } = await startProgram({
    ...state,
    id,
    run,
    startMethod: 'spawn',
    program: 'coverage',
    who: 'The report of coverage.py',
  })
  recordProcess(run.directory, id, spawned)
  await ready()
  await spawned.exited
  const read = (name: string) => JSON.parse(readFileSync(join(path, name), 'utf8'))
  return {
    files: read('coverage.json').files,
    contexts: read('contexts.json'),
    python: state.installation.executable,
  }
}
