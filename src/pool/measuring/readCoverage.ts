import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pollUntil } from '../../support/pollUntil.ts'
import type { Pool } from '../leasing/pool.ts'
import { startProgram } from '../python/startProgram.ts'
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

/**
 * Has a Python process analyse everything that the workers of a run have written down, after those that leave have ended.
 *
 * @returns nothing if nothing was measured
 * @throws SetupError PYTHON_START_FAILED with coverage.py's own error
 */
export async function readCoverage(pool: Pool): Promise<MeasuredFiles> {
  const { run, runtime } = pool
  const { state } = runtime
  if (!run.options.measuring || state.phase !== 'armed') return {}
  const timeout = run.options.stopTimeout + KILL_MARGIN_MS
  await pollUntil({ look: () => pool.isQuiet, isDone: Boolean, timeout, interval: POLL_MS })
  const { path } = run.directory
  if (!existsSync(join(path, 'measured.jsonl'))) return {}
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
  return JSON.parse(readFileSync(join(path, 'coverage.json'), 'utf8')).files
}
