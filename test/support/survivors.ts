import { setTimeout as sleep } from 'node:timers/promises'
import { type LiveProcess, liveProcesses, startTimeOf } from './processes.ts'

/** Environment variable that marks every process of one tested run, including Vitest's own. */
export const CASE_VARIABLE = 'INNER_CASE'

/** Identifies the processes of one tested run among those of concurrent ones. */
export interface TestedRun {
  id: string
  /** The run IDs that this tested run has had. */
  runIds: ReadonlySet<string>
}

/** A process that is alive after the end of its run. */
export interface Survivor {
  pid: number
  startTime: string
  command: string
  /** `python`: it carries a run ID. `runner`: it carries only the variable of the tested run. */
  kind: 'python' | 'runner'
}

/** Milliseconds between two passes. */
const PAUSE = 100

/**
 * The living processes of a tested run. It takes two clean passes to return none.
 *
 * @param grace milliseconds for them to end
 */
export async function survivorsOf(tested: TestedRun, kind: Survivor['kind'], grace = 0): Promise<Survivor[]> {
  const until = performance.now() + grace
  for (let clean = 0; ; ) {
    const found = look(tested).filter((survivor) => survivor.kind === kind)
    clean = found.length === 0 ? clean + 1 : 0
    if (clean === 2) return []
    if (clean === 0 && performance.now() > until) return found
    await sleep(clean === 0 ? Math.min(PAUSE, 10) : PAUSE)
  }
}

/** Kills the survivors of a tested run, so the next one starts clean. */
export async function killSurvivors(tested: TestedRun): Promise<void> {
  for (const { pid, startTime } of look(tested)) {
    if (startTimeOf(pid) !== startTime) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}

function look(tested: TestedRun): Survivor[] {
  return liveProcesses().flatMap((seen) => {
    const kind = kindOf(seen, tested)
    return kind ? [{ pid: seen.pid, startTime: seen.startTime, command: seen.command, kind }] : []
  })
}

function kindOf({ environ, residentLimit }: LiveProcess, tested: TestedRun): Survivor['kind'] | undefined {
  const marked = environ.includes(`${CASE_VARIABLE}=${tested.id}`)
  const runId = environ.find((entry) => entry.startsWith('VITEST_PYTHON_RUN_ID='))?.split('=')[1]
  const limited = residentLimit === undefined ? undefined : runIdOf(residentLimit)
  const ours = [runId, limited].some((id) => id !== undefined && tested.runIds.has(id))
  if (ours || (marked && (runId ?? limited) !== undefined)) return 'python'
  return marked ? 'runner' : undefined
}

/** The limit is 2^62 | signature << 37 | run ID in base 36 (docs/protocol.md). */
function runIdOf(limit: bigint): string | undefined {
  if (limit < 2n ** 62n) return undefined
  return (limit & (2n ** 37n - 1n)).toString(36).padStart(7, '0')
}
