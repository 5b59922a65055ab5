import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { controlGroup } from '../../process/run/controlGroup.ts'
import { type Parted, partKept } from '../../process/run/keptProcesses.ts'
import { lineageOf } from '../../process/run/lineage.ts'
import { ownerState } from '../../process/run/owner.ts'
import {
  closeRunDirectory,
  listRunDirectories,
  type RunDirectory,
  readRunRecord,
  removeRunDirectory,
} from '../../process/run/runDirectory.ts'
import type { Signaller } from '../../process/run/signal.ts'
import type { MarkedProcess, SweepResult } from '../../process/run/sweep.ts'
import { sweepMachine } from '../../process/run/sweepMachine.ts'
import { system } from '../../process/system/system.ts'
import { readProcesses } from '../run/record.ts'
import { killUntilClean, settle } from './killLoop.ts'

/** A directory without a record that is younger than this may just be in the making. */
const ABANDONED_AFTER_MS = 60_000
const NOTHING: Parted = { found: [], kept: [] }

/**
 * Kills the survivors of runs whose owner is provably dead, and removes their directories. Leaves live runs, runs of
 * another PID namespace and directories that it does not trust alone.
 *
 * @param signaller is called only if there is a process to signal
 * @returns a sentence for each run that left a process, or that could not be judged
 */
export async function sweepDeadRuns(signaller: () => Promise<Signaller>): Promise<string[]> {
  const sentences = await Promise.all(
    listRunDirectories().map((directory) => sweepRun(directory, signaller).catch(explain)),
  )
  return sentences.filter((sentence) => sentence !== undefined)
}

/** If a directory vanishes during the sweep, the run itself has removed it. */
function explain(error: NodeJS.ErrnoException): string | undefined {
  return error.code === 'ENOENT' ? undefined : error.message
}

async function sweepRun(
  directory: RunDirectory,
  signaller: () => Promise<Signaller>,
): Promise<string | undefined> {
  const judgement = judge(directory)
  if (judgement === 'leave') return undefined
  const { runId } = directory
  const { keep = [] } = readRunRecord(directory) ?? {}
  const look = () => lookFor(runId, keep)
  // A reaper whose owner has just died may still be at work.
  let last: Parted = judgement === 'forget' ? NOTHING : await settle(look)
  const left = last.found
  if (left.length > 0) {
    const signal = await signaller()
    last = await killUntilClean(look, ({ found }) => signal(found, 'SIGKILL'))
    if (last.found.length > 0) return `Cannot kill the survivors of run ${runId}: ${list(last.found)}.`
  }
  removeCgroup(directory, last.kept)
  if (last.kept.length > 0) closeRunDirectory(directory)
  else removeRunDirectory(directory)
  if (left.length === 0) return undefined
  return `Ended the survivors of run ${runId}, whose runner was killed: ${list(left)}.`
}

/** `forget`: none of its processes can be alive, so only the directory is removed. */
function judge(directory: RunDirectory): 'leave' | 'sweep' | 'forget' {
  const record = readRunRecord(directory)
  if (!record) return Date.now() - statSync(directory.path).mtimeMs > ABANDONED_AFTER_MS ? 'sweep' : 'leave'
  if (ownerState(record) !== 'dead') return 'leave'
  return record.owner.bootId === system.bootId() ? 'sweep' : 'forget'
}

/** The control group outlives a reaper that was killed. Its name holds the run ID, so it cannot be another run's. */
function removeCgroup(directory: RunDirectory, kept: readonly MarkedProcess[]): void {
  const { cgroup } = readProcesses(directory).get('reaper') ?? {}
  if (!cgroup || basename(cgroup) !== `vitest-python-${directory.runId}`) return
  const group = controlGroup(cgroup)
  group.release(kept.map(({ pid }) => pid))
  group.remove()
}

/** Skips this process and its ancestors: a survivor of a dead run may have started this run of the tests. */
async function lookFor(runId: string, keep: readonly string[]): Promise<SweepResult & Parted> {
  const result = await sweepMachine({
    matches: (id) => id === runId,
    except: lineageOf(process.pid, system.table),
  })
  return { ...result, ...partKept(system.table, result.found, keep) }
}

function list(processes: MarkedProcess[]): string {
  return processes.map(({ pid, command }) => `pid ${pid} (${command.slice(0, 80)})`).join(', ')
}
