import { setTimeout as sleep } from 'node:timers/promises'
import { killUntilClean, SWEEP_INTERVAL_MS } from '../../pool/verdict/killLoop.ts'
import { removeRunDirectory } from '../../process/run/runDirectory.ts'
import type { Signaller } from '../../process/run/signal.ts'
import type { MarkedProcess, Unreadable } from '../../process/run/sweep.ts'
import { nameOf } from '../../process/system/identity.ts'
import { type KnownRun, type Survey, surveyRuns } from './surveyRuns.ts'

export interface VerifyRequest {
  /** Judge this run only, dead or not. */
  run?: string | undefined
  /** Ends what is found. */
  reap?: boolean | undefined
}

export interface Verification {
  /** Living processes of dead runs, or of the run that was asked for. */
  left: MarkedProcess[]
  /** Those of them that were ended. */
  reaped: MarkedProcess[]
  unreadable: Unreadable[]
  /** Run directories that cannot be believed. */
  problems: string[]
}

/** Whether nothing was found; what was found and ended was found all the same. */
export function isClean({ left, unreadable, problems }: Verification): boolean {
  return left.length === 0 && unreadable.length === 0 && problems.length === 0
}

/**
 * Looks for living processes of dead runs, twice; with `reap` ends them.
 *
 * @param signaller is asked for only when there is something to signal
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

/** A directory that is not believed makes nobody dead: its processes are left alone. */
function isAsked(run: KnownRun, { run: wanted }: VerifyRequest): boolean {
  if (run.problem !== undefined) return false
  return wanted === undefined ? run.owner === 'dead' : run.runId === wanted
}

/** Processes of a run that cannot be found any more: whether its runner lives, nobody can tell. */
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
    `Run ${run.runId} has processes (pid ${pids}) but no directory that tells whether its runner lives. ` +
      `If it does not, vitest-python verify --run ${run.runId} --reap ends them.`,
  ]
}

/** Ends what is found and what that starts meanwhile; resolves to those of `left` that are gone. */
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

function forget({ owner, directory }: KnownRun): void {
  if (owner === 'dead' && directory) removeRunDirectory(directory)
}

function unite(...lists: MarkedProcess[][]): MarkedProcess[] {
  return [...new Map(lists.flat().map((marked) => [nameOf(marked), marked])).values()]
}
