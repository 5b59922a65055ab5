import { setTimeout as sleep } from 'node:timers/promises'
import { killUntilClean, SWEEP_INTERVAL_MS } from '../../pool/verdict/killLoop.ts'
import type { KeptProcess } from '../../process/run/keptProcesses.ts'
import { removeRunDirectory } from '../../process/run/runDirectory.ts'
import type { Signaller } from '../../process/run/signal.ts'
import type { MarkedProcess, Unreadable } from '../../process/run/sweep.ts'
import { nameOf } from '../../process/system/identity.ts'
import { type KnownRun, type Survey, surveyRuns } from './surveyRuns.ts'

export interface VerifyRequest {
  /** Checks this run only, even if its runner is alive. */
  run?: string | undefined
  /** Kills the processes that are found. */
  reap?: boolean | undefined
}

export interface Verification {
  /** Living processes of dead runs, or of the requested run. */
  left: MarkedProcess[]
  /** Those of them that were killed. */
  reaped: MarkedProcess[]
  unreadable: Unreadable[]
  /** Living processes of the same runs that may outlive them. */
  kept: KeptProcess[]
  /** Runs that cannot be judged. */
  problems: string[]
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
  const first = await surveyRuns()
  await sleep(SWEEP_INTERVAL_MS)
  const second = await surveyRuns()
  const left = unite(leftOver(first, request), leftOver(second, request))
  const judged = second.runs.filter(({ runId }) => request.run === undefined || runId === request.run)
  const verification = {
    left,
    reaped: [] as MarkedProcess[],
    unreadable: second.unreadable,
    kept: judged.filter((run) => isAsked(run, request)).flatMap(({ kept }) => kept),
    problems: judged.flatMap((run) => [...(run.problem ? [run.problem] : []), ...ownerless(run, request)]),
  }
  if (request.reap && left.length > 0) {
    verification.reaped = await reap(left, request, await signaller())
    for (const run of judged) forget(run)
  }
  return verification
}

function leftOver({ runs }: Survey, request: VerifyRequest): MarkedProcess[] {
  return runs.filter((run) => isAsked(run, request)).flatMap(({ processes }) => processes)
}

/** If a run's directory cannot be trusted, the run does not count as dead, and its processes are left alone. */
function isAsked(run: KnownRun, { run: wanted }: VerifyRequest): boolean {
  if (run.problem !== undefined) return false
  return wanted === undefined ? run.owner === 'dead' : run.runId === wanted
}

/** Reports processes of a run without a directory: it is unknown whether its runner is alive. */
function ownerless(run: KnownRun, { run: wanted }: VerifyRequest): string[] {
  if (
    run.owner !== 'unknown' ||
    run.problem !== undefined ||
    run.processes.length === 0 ||
    wanted !== undefined
  )
    return []
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
  const look = async () => ({ found: leftOver(await surveyRuns(), request), vanished: 0 })
  const alive = await killUntilClean(look, ({ found }) => signal(found, 'SIGKILL'))
  const names = new Set(alive.found.map(nameOf))
  return left.filter((marked) => !names.has(nameOf(marked)))
}

function forget({ owner, directory, kept }: KnownRun): void {
  if (owner === 'dead' && directory && kept.length === 0) removeRunDirectory(directory)
}

function unite(...lists: MarkedProcess[][]): MarkedProcess[] {
  return [...new Map(lists.flat().map((marked) => [nameOf(marked), marked])).values()]
}
