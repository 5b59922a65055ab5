import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { controlGroup } from '../../process/run/controlGroup.ts'
import { lineageOf } from '../../process/run/lineage.ts'
import { ownerState } from '../../process/run/owner.ts'
import {
  listRunDirectories,
  type RunDirectory,
  readRunRecord,
  removeRunDirectory,
} from '../../process/run/runDirectory.ts'
import type { Signaller } from '../../process/run/signal.ts'
import { type MarkedProcess, sweep } from '../../process/run/sweep.ts'
import { system } from '../../process/system/system.ts'
import { repeat } from '../../support/pollUntil.ts'
import { readProcesses } from '../run/record.ts'

/** Milliseconds that the reaper of a run whose owner has just died gets to finish its work. */
const REAPER_GRACE = 1_000
const KILL_TIMEOUT = 5_000
const PAUSE = 50
/** Milliseconds after which a directory without a record is not just being made. */
const ABANDONED_AFTER = 60_000

/**
 * Ends what runs left whose owner is provably dead, and removes their directories. Live runs, runs of another
 * PID namespace and directories that cannot be believed are left alone.
 *
 * @param signaller is asked for only when there is something to signal
 * @returns a sentence for each run that left something, or that could not be judged
 */
export async function sweepDeadRuns(signaller: () => Promise<Signaller>): Promise<string[]> {
  const sentences = await Promise.all(
    listRunDirectories().map((directory) => sweepRun(directory, signaller).catch(explain)),
  )
  return sentences.filter((sentence) => sentence !== undefined)
}

/** A directory that vanishes while it is looked at was removed by the run itself. */
function explain(error: NodeJS.ErrnoException): string | undefined {
  return error.code === 'ENOENT' ? undefined : error.message
}

async function sweepRun(
  directory: RunDirectory,
  signaller: () => Promise<Signaller>,
): Promise<string | undefined> {
  const judgement = judge(directory)
  if (judgement === 'leave') return undefined
  const left = judgement === 'forget' ? [] : await settled(directory.runId)
  const alive = left.length > 0 ? await kill(directory.runId, await signaller()) : []
  if (alive.length > 0) return `Run ${directory.runId} left ${list(alive)}, which cannot be killed.`
  forgetCgroup(directory)
  removeRunDirectory(directory)
  if (left.length === 0) return undefined
  return `Ended what run ${directory.runId}, whose runner was killed, had left: ${list(left)}.`
}

/** `forget`: nothing of it can be alive, only the directory is removed. */
function judge(directory: RunDirectory): 'leave' | 'sweep' | 'forget' {
  const record = readRunRecord(directory)
  if (!record) return Date.now() - statSync(directory.path).mtimeMs > ABANDONED_AFTER ? 'sweep' : 'leave'
  if (ownerState(record) !== 'dead') return 'leave'
  return record.owner.bootId === system.bootId() ? 'sweep' : 'forget'
}

/** The group outlives a reaper that was killed; by its name it can be no other run's. */
function forgetCgroup(directory: RunDirectory): void {
  const { cgroup } = readProcesses(directory).get('reaper') ?? {}
  if (cgroup && basename(cgroup) === `vitest-python-${directory.runId}`) controlGroup(cgroup).remove()
}

function settled(runId: string): Promise<MarkedProcess[]> {
  return repeat({ look: () => look(runId), isDone: isNobody, timeout: REAPER_GRACE, pause: PAUSE })
}

/** Ends what is there and what that starts meanwhile; resolves to who lives all the same. */
function kill(runId: string, signal: Signaller): Promise<MarkedProcess[]> {
  return repeat({
    look: () => look(runId),
    isDone: isNobody,
    act: (left) => signal(left, 'SIGKILL'),
    timeout: KILL_TIMEOUT,
    pause: PAUSE,
  })
}

function isNobody(left: MarkedProcess[]): boolean {
  return left.length === 0
}

/** Without this process and its callers: a run of tests may have been started by what a dead run left. */
async function look(runId: string): Promise<MarkedProcess[]> {
  const query = { matches: (id: string) => id === runId, limitArmed: true, uid: process.geteuid?.() ?? 0 }
  return (await sweep(system.table, { ...query, except: lineageOf(process.pid, system.table) })).found
}

function list(processes: MarkedProcess[]): string {
  return processes.map(({ pid, command }) => `pid ${pid} (${command.slice(0, 80)})`).join(', ')
}
