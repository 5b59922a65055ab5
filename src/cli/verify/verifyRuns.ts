import { setTimeout as sleep } from 'node:timers/promises'
import { forgetRun } from '../../pool/verdict/deadRuns/deadRun.ts'
import { describeDoubt } from '../../pool/verdict/deadRuns/sweepDeadRuns.ts'
import { killUntilClean, SWEEP_INTERVAL_MS } from '../../pool/verdict/killLoop.ts'
import { hasEnded } from '../../pool/verdict/orphans.ts'
import type { KeptProcess } from '../../process/run/keptProcesses.ts'
import type { Signaller } from '../../process/run/signal.ts'
import type { MarkedProcess, Unreadable } from '../../process/run/sweep.ts'
import { nameOf } from '../../process/system/identity.ts'
import { type Segment, unusedSegments } from '../../process/system/sharedMemory.ts'
import { system } from '../../process/system/system.ts'
import { isNamesake, notJudged } from './notJudged.ts'
import { type KnownRun, type Survey, surveyRuns } from './surveyRuns.ts'

export interface VerifyRequest {
  /** Checks this run only, even if its runner is alive. */
  run?: string | undefined
  /** Kills the processes that are found. */
  reap?: boolean | undefined
  /** Trees that the nodes of a cluster have judged, those on this machine as well. */
  trees?: ReadonlySet<string> | undefined
}

export interface Verification {
  requested: VerifyRequest
  /** Living processes of dead runs, or of the requested run. */
  left: MarkedProcess[]
  /** Those of them that were killed. */
  reaped: MarkedProcess[]
  /** Processes that may belong to a dead run. */
  unreadable: Unreadable[]
  /** Living processes of the same runs that may outlive them. */
  kept: KeptProcess[]
  /** Reasons why it is not known whether a process of a dead run is alive. */
  problems: string[]
  /** Runs and directories that were left alone, and that are no reason to fail. */
  notJudged: string[]
  /** Shared memory of Python that no process uses. */
  sharedMemory: Segment[]
}

/** Whether nothing was found. A process that was found and killed counts as found. */
export function isClean({ left, unreadable, problems }: Verification): boolean {
  return left.length === 0 && unreadable.length === 0 && problems.length === 0
}

/**
 * Looks twice for living processes of dead runs. With `reap`, kills them.
 *
 * @param signaller is called only if there is a process to signal
 */
export async function verifyRuns(
  request: VerifyRequest,
  signaller: () => Promise<Signaller>,
): Promise<Verification> {
  const first = await survey(request)
  await sleep(SWEEP_INTERVAL_MS)
  const second = await survey(request)
  const left = unite(leftOver(first, request), leftOver(second, request))
  const judged = second.runs.filter(({ runId }) => request.run === undefined || runId === request.run)
  const { trees: _, ...requested } = request
  const verification = {
    requested,
    left,
    reaped: [] as MarkedProcess[],
    unreadable: second.unreadable.filter(({ runId }) => request.run === undefined || runId === request.run),
    kept: judged.filter((run) => isAsked(run, request)).flatMap(({ kept }) => kept),
    problems: judged.flatMap((run) => [
      ...(run.problem && !isNamesake(run) ? [run.problem] : []),
      ...ownerless(run, request),
      ...doubts(run),
    ]),
    notJudged: notJudged(second),
    sharedMemory: unusedSegments(),
  }
  if (request.reap) {
    if (left.length > 0) verification.reaped = await reap(left, request, await signaller())
    const alive = new Set(
      left.filter((marked) => !verification.reaped.includes(marked)).map(({ runId }) => runId),
    )
    for (const run of judged) if (!alive.has(run.runId)) forget(run)
  }
  return verification
}

async function survey({ trees }: VerifyRequest): Promise<Survey> {
  const found = await surveyRuns()
  // One that no node of the cluster has judged is judged here.
  return trees ? { ...found, runs: found.runs.filter(({ runId }) => !trees.has(runId)) } : found
}

function leftOver({ runs }: Survey, request: VerifyRequest): MarkedProcess[] {
  return runs.filter((run) => isAsked(run, request)).flatMap(({ processes }) => processes)
}

/** If a run's directory cannot be trusted, the run does not count as dead, and its processes are left alone. */
function isAsked(run: KnownRun, { run: wanted }: VerifyRequest): boolean {
  if (run.problem !== undefined) return false
  return wanted === undefined ? run.owner === 'dead' : run.runId === wanted
}

/** Reasons why processes of a dead run may not have been found. */
function doubts({ runId, owner, traces }: KnownRun): string[] {
  if (owner !== 'dead' || !traces) return []
  const doubt = describeDoubt(runId, [], traces)
  return doubt === undefined ? [] : [doubt]
}

/** Reports processes of a run whose runner may be alive. */
function ownerless(run: KnownRun, { run: wanted }: VerifyRequest): string[] {
  if (
    run.owner !== 'unknown' ||
    run.problem !== undefined ||
    run.processes.length === 0 ||
    wanted !== undefined
  )
    return []
  if (run.record)
    return [
      `The system hides process ${run.record.owner.pid}, the runner of run ${run.runId}, so it is unknown whether it is alive. The run is left alone.`,
    ]
  const pids = run.processes.map(({ pid }) => pid).join(', ')
  return [
    `Run ${run.runId} has processes (pid ${pids}) but no directory, so it is unknown whether its runner is alive. ` +
      `If it is not, end them: vitest-python verify --run ${run.runId} --reap`,
  ]
}

/** Kills the processes of these runs. Returns those of `left` that are gone. */
async function reap(
  left: MarkedProcess[],
  request: VerifyRequest,
  signal: Signaller,
): Promise<MarkedProcess[]> {
  const look = async () => ({ found: leftOver(await survey(request), request), vanished: 0 })
  await killUntilClean(look, ({ found }) => signal(found, 'SIGKILL'))
  return left.filter((marked) => hasEnded(marked, system.table))
}

function forget({ owner, directory, traces, kept }: KnownRun): void {
  if (owner === 'dead' && directory) forgetRun(directory, traces?.cgroup, kept)
}

function unite(...lists: MarkedProcess[][]): MarkedProcess[] {
  return [...new Map(lists.flat().map((marked) => [nameOf(marked), marked])).values()]
}
