import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { type KeptProcess, partKept } from '../../process/run/keptProcesses.ts'
import { lineageOf } from '../../process/run/lineage.ts'
import { type OwnerState, ownerState } from '../../process/run/owner.ts'
import {
  listRunDirectories,
  type RunDirectory,
  type RunRecord,
  readRunRecord,
} from '../../process/run/runDirectory.ts'
import type { MarkedProcess, Unreadable } from '../../process/run/sweep.ts'
import { sweepMachine } from '../../process/run/sweepMachine.ts'
import { system } from '../../process/system/system.ts'

/** A run of this user: its directory, its owner, its living processes. */
export interface KnownRun {
  runId: string
  directory?: RunDirectory
  record?: RunRecord
  /** `unknown`: there are processes, but no record of their owner, so the run cannot be called dead. */
  owner: OwnerState | 'unknown'
  processes: MarkedProcess[]
  /** Its living processes that may outlive it. */
  kept: KeptProcess[]
  /** Why the directory cannot be trusted. */
  problem?: string
}

export interface Survey {
  runs: KnownRun[]
  /** Processes whose environment and limits cannot be read. */
  unreadable: Unreadable[]
}

/** Looks at every run directory and every process once. Signals nothing. */
export async function surveyRuns(): Promise<Survey> {
  const found = await sweepMachine({
    matches: () => true,
    except: lineageOf(process.pid, system.table),
  })
  const runs = new Map(listRunDirectories().map((directory) => [directory.runId, readRun(directory)]))
  for (const marked of found.found) {
    const run = runs.get(marked.runId) ?? { runId: marked.runId, owner: 'unknown', processes: [], kept: [] }
    run.processes.push(marked)
    runs.set(marked.runId, run.directory ? run : { ...run, ...findDirectory(marked) })
  }
  return { runs: [...runs.values()].map(partRun), unreadable: found.unknown }
}

function partRun(run: KnownRun): KnownRun {
  const { found, kept } = partKept(system.table, run.processes, run.record?.keep ?? [])
  return { ...run, processes: found, kept }
}

/** The directory of a run outside of this user's runs directory, for example because of another `XDG_RUNTIME_DIR`. */
function findDirectory({ runId, directory }: MarkedProcess): Partial<KnownRun> {
  if (directory === undefined || basename(directory) !== runId || !existsSync(directory)) return {}
  const { processes, kept, ...known } = readRun({ runId, path: directory })
  return known
}

function readRun(directory: RunDirectory): KnownRun {
  const known = { runId: directory.runId, directory, processes: [], kept: [] }
  try {
    const record = readRunRecord(directory)
    return record ? { ...known, record, owner: ownerState(record) } : { ...known, owner: 'unknown' }
  } catch (error) {
    return { ...known, owner: 'unknown', problem: (error as Error).message }
  }
}
