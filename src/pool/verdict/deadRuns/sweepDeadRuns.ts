import { statSync } from 'node:fs'
import { type Parted, partKept } from '../../../process/run/keptProcesses.ts'
import { lineageOf } from '../../../process/run/lineage.ts'
import { ownerState } from '../../../process/run/owner.ts'
import {
  listRunDirectories,
  type RunDirectory,
  type RunRecord,
  readRunRecord,
  removeRunDirectory,
} from '../../../process/run/runDirectory.ts'
import type { Signaller, SignalOutcome } from '../../../process/run/signal.ts'
import type { MarkedProcess, SweepResult, Unreadable } from '../../../process/run/sweep.ts'
import { sweepMachine } from '../../../process/run/sweepMachine.ts'
import { nameOf } from '../../../process/system/identity.ts'
import { system } from '../../../process/system/system.ts'
import { debugLog } from '../../../support/debugLog.ts'
import { killUntilClean, settle } from '../killLoop.ts'
import { hasEnded } from '../orphans.ts'
import { forgetRun, type Traces, tracesOf } from './deadRun.ts'
import { isNews } from './reportOnce.ts'

const debug = debugLog('verdict')

/** A directory without a record that is younger than this may just be in the making. */
const ABANDONED_AFTER_MS = 60_000

/**
 * Kills the survivors of runs whose owner is provably dead, and removes their directories. Leaves live runs, runs of
 * another PID namespace and directories that it does not trust alone.
 *
 * @param signaller is called only if there is a process to signal
 * @returns a sentence for each run that left a process, or that could not be judged
 */
export async function sweepDeadRuns(signaller: () => Promise<Signaller>): Promise<string[]> {
  const sentences = await Promise.all(
    listRunDirectories().map((directory) =>
      sweepRun(directory, signaller).catch((error: NodeJS.ErrnoException) => explain(directory, error)),
    ),
  )
  return sentences.filter((sentence) => sentence !== undefined)
}

/** If a directory vanishes during the sweep, the run itself has removed it. */
function explain({ path }: RunDirectory, error: NodeJS.ErrnoException): string | undefined {
  return error.code === 'ENOENT' ? undefined : once(path, error.message)
}

function once(path: string, sentence: string): string | undefined {
  return isNews(path, sentence) ? sentence : undefined
}

async function sweepRun(
  directory: RunDirectory,
  signaller: () => Promise<Signaller>,
): Promise<string | undefined> {
  const record = readRunRecord(directory)
  const judgement = judge(directory, record)
  debug('run %s of earlier: %s', directory.runId, judgement)
  if (judgement === 'leave') return undefined
  if (judgement === 'forget') {
    removeRunDirectory(directory)
    return undefined
  }
  const traces = tracesOf(directory)
  const ended = await endSurvivors(directory.runId, traces, record?.keep ?? [], signaller)
  debug('run %s of earlier: ended %o, kept %o', directory.runId, ended.left, ended.kept)
  if (ended.alive.length > 0) return describeAlive(directory.runId, ended)
  const doubt = describeDoubt(directory.runId, ended.unknown, traces)
  if (doubt) return once(directory.path, doubt)
  forgetRun(directory, traces.cgroup, ended.kept)
  if (ended.left.length === 0) return undefined
  return `Ended the survivors of run ${directory.runId}, whose runner was killed: ${list(ended.left)}.`
}

/** `forget`: none of its processes can be alive, so only the directory is removed. */
function judge(directory: RunDirectory, record: RunRecord | undefined): 'leave' | 'sweep' | 'forget' {
  if (!record) return Date.now() - statSync(directory.path).mtimeMs > ABANDONED_AFTER_MS ? 'sweep' : 'leave'
  if (ownerState(record) !== 'dead') return 'leave'
  return record.owner.bootId === system.bootId() ? 'sweep' : 'forget'
}

interface Ended {
  /** The survivors, and those of them that are still alive. */
  left: MarkedProcess[]
  alive: MarkedProcess[]
  /** Names of the processes that refused the signal. */
  refused: ReadonlySet<string>
  kept: MarkedProcess[]
  unknown: Unreadable[]
}

async function endSurvivors(
  runId: string,
  traces: Traces,
  keep: readonly string[],
  signaller: () => Promise<Signaller>,
): Promise<Ended> {
  const left = new Map<string, MarkedProcess>()
  const refused = new Set<string>()
  const look = () => lookFor(runId, traces, keep)
  // A reaper whose owner has just died may still be at work.
  let last = traces.isSwept ? await look() : await settle(look)
  const note = ({ found }: Parted) => {
    for (const marked of found) left.set(nameOf(marked), marked)
  }
  note(last)
  if (left.size > 0) {
    const signal = await signaller()
    // There is no use in a second signal to a process that may refuse it.
    const lookAgain = async () => {
      const seen = await look()
      return { ...seen, found: seen.found.filter((marked) => !refused.has(nameOf(marked))) }
    }
    last = await killUntilClean(lookAgain, async (seen) => {
      note(seen)
      for (const name of namesOfRefused(await signal(seen.found, 'SIGKILL'))) refused.add(name)
    })
  }
  const all = [...left.values()]
  const alive = all.filter((marked) => !hasEnded(marked, system.table))
  return { left: all, alive, refused, kept: last.kept, unknown: last.unknown }
}

function namesOfRefused(outcomes: readonly SignalOutcome[]): string[] {
  return outcomes.filter(({ outcome }) => outcome === 'denied').map(nameOf)
}

/** Skips this process and its ancestors: a survivor of a dead run may have started this run of the tests. */
async function lookFor(
  runId: string,
  { members, suspect }: Traces,
  keep: readonly string[],
): Promise<SweepResult & Parted> {
  const result = await sweepMachine({
    matches: (id) => id === runId,
    members: members(),
    suspects: suspect ? [suspect] : [],
    except: lineageOf(process.pid, system.table),
  })
  return { ...result, ...partKept(system.table, result.found, keep) }
}

function describeAlive(runId: string, { alive, refused }: Ended): string {
  const reason = alive.some((marked) => refused.has(nameOf(marked)))
    ? ' The system refused the signal (EPERM): end them as their user.'
    : ''
  return `Cannot end the survivors of run ${runId}, whose runner was killed: ${list(alive)}.${reason}`
}

/** Says why it is not known whether a process of the run is left; `undefined` if it is. */
export function describeDoubt(
  runId: string,
  unknown: readonly Unreadable[],
  { blindSpots }: Pick<Traces, 'blindSpots'>,
): string | undefined {
  const reasons = [
    ...unknown.map(({ pid, name, reason }) => `pid ${pid} (${name}) may belong to it: ${reason}.`),
    ...blindSpots,
  ]
  if (reasons.length === 0) return undefined
  return (
    `Cannot tell whether a process of run ${runId} is alive, whose runner and reaper were killed: ${reasons.join(' ')} ` +
    'If none is, forget the run: npx vitest-python verify --reap (RUN_NOT_VERIFIED)'
  )
}

function list(processes: MarkedProcess[]): string {
  return processes.map(({ pid, command }) => `pid ${pid} (${command.slice(0, 80)})`).join(', ')
}
