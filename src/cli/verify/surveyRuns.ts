import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { type Traces, tracesOf } from '../../pool/verdict/deadRuns/deadRun.ts'
import { type KeptProcess, partKept } from '../../process/run/keptProcesses.ts'
import { lineageOf } from '../../process/run/lineage.ts'
import { type OwnerState, ownerState } from '../../process/run/owner.ts'
import {
  listRunDirectories,
  nodesDirectory,
  type RunDirectory,
  type RunRecord,
  readRunRecord,
} from '../../process/run/runDirectory.ts'
import type { Foreign, MarkedProcess, SweepResult, Unreadable } from '../../process/run/sweep.ts'
import { sweepMachine } from '../../process/run/sweepMachine.ts'
import { system } from '../../process/system/system.ts'

/** A run of this user: its directory, its owner, its living processes. */
export interface KnownRun {
  runId: string
  directory?: RunDirectory
  record?: RunRecord
  /** `unknown`: there are processes, but it is not known whether their owner is alive, so the run is not called dead. */
  owner: OwnerState
  processes: MarkedProcess[]
  /** Its living processes that may outlive it. */
  kept: KeptProcess[]
  /** How its processes are found apart from their marks; only if its pids mean something here. */
  traces?: Traces
  /** Why the directory cannot be trusted. */
  problem?: string
}

export interface Survey {
  runs: KnownRun[]
  /** Processes that cannot be read, and that may belong to a dead run. */
  unreadable: Unreadable[]
  /** Processes of other users that carry the marks of a run. */
  foreign: Foreign[]
}

/** Looks at every run directory and every process. Signals nothing. */
export async function surveyRuns(): Promise<Survey> {
  // This machine may be a node of a cluster.
  const directories = [...listRunDirectories(), ...listRunDirectories(nodesDirectory())]
  const runs = new Map(directories.map((directory) => [directory.runId, readRun(directory)]))
  const first = await look(runs)
  const elsewhere = findDirectories(runs, first.found)
  // The directories that processes name have records, too.
  const last = elsewhere ? await look(runs) : first
  for (const marked of last.found) {
    const run = runs.get(marked.runId) ?? ownerless(marked.runId)
    run.processes.push(marked)
    runs.set(marked.runId, run)
  }
  return { runs: [...runs.values()].map(partRun), unreadable: last.unknown, foreign: last.foreign }
}

function look(runs: ReadonlyMap<string, KnownRun>): Promise<SweepResult> {
  const dead = [...runs.values()].filter(({ owner }) => owner === 'dead')
  return sweepMachine({
    matches: () => true,
    except: lineageOf(process.pid, system.table),
    members: new Map([...runs.values()].flatMap(({ traces }) => [...(traces?.members() ?? [])])),
    suspects: dead.flatMap(({ traces }) => traces?.suspect ?? []),
  })
}

/** Adds the runs outside of this user's runs directory, for example because of another `XDG_RUNTIME_DIR`. */
function findDirectories(runs: Map<string, KnownRun>, found: readonly MarkedProcess[]): boolean {
  const before = runs.size
  for (const { runId, directory } of found) {
    if (runs.has(runId) || directory === undefined) continue
    if (basename(directory) === runId && existsSync(directory))
      runs.set(runId, readRun({ runId, path: directory }))
  }
  return runs.size > before
}

function partRun(run: KnownRun): KnownRun {
  const { found, kept } = partKept(system.table, run.processes, run.record?.keep ?? [])
  return { ...run, processes: found, kept }
}

function ownerless(runId: string): KnownRun {
  return { runId, owner: 'unknown', processes: [], kept: [] }
}

function readRun(directory: RunDirectory): KnownRun {
  const known = { ...ownerless(directory.runId), directory }
  try {
    const record = readRunRecord(directory)
    if (!record) return known
    const owner = ownerState(record)
    const isHere = owner !== 'elsewhere' && record.owner.bootId === system.bootId()
    return { ...known, record, owner, ...(isHere ? { traces: tracesOf(directory) } : {}) }
  } catch (error) {
    // The run itself has just removed it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ownerless(directory.runId)
    return { ...known, problem: (error as Error).message }
  }
}
