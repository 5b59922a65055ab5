import { setTimeout as sleep } from 'node:timers/promises'
import { type LiveProcess, liveProcesses, startTimeOf } from './processes.ts'

/** Environment variable that marks every process of one inner run, Vitest's own included. */
export const CASE_VARIABLE = 'INNER_CASE'

/** What tells the processes of one inner run from those of the others beside it. */
export interface InnerCase {
  id: string
  /** The product's run IDs that were seen in this case. */
  runIds: ReadonlySet<string>
}

/** A process that is alive though the run is over. */
export interface Survivor {
  pid: number
  startTime: string
  command: string
  /** `python`: it carries a run ID; `runner`: it has only inherited the marker of the case. */
  kind: 'python' | 'runner'
}

/** Milliseconds between two looks. */
const PAUSE = 100

/**
 * The processes of a case that are alive; none only after two clean passes.
 *
 * @param grace milliseconds that they get to end
 */
export async function survivorsOf(inner: InnerCase, kind: Survivor['kind'], grace = 0): Promise<Survivor[]> {
  const until = performance.now() + grace
  for (let clean = 0; ; ) {
    const found = look(inner).filter((survivor) => survivor.kind === kind)
    clean = found.length === 0 ? clean + 1 : 0
    if (clean === 2) return []
    if (clean === 0 && performance.now() > until) return found
    await sleep(clean === 0 ? Math.min(PAUSE, 10) : PAUSE)
  }
}

/** Ends what a case left, so that the next one starts clean. */
export async function killSurvivors(inner: InnerCase): Promise<void> {
  for (const { pid, startTime } of look(inner)) {
    if (startTimeOf(pid) !== startTime) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}

function look(inner: InnerCase): Survivor[] {
  return liveProcesses().flatMap((seen) => {
    const kind = kindOf(seen, inner)
    return kind ? [{ pid: seen.pid, startTime: seen.startTime, command: seen.command, kind }] : []
  })
}

function kindOf({ environ, residentLimit }: LiveProcess, inner: InnerCase): Survivor['kind'] | undefined {
  const marked = environ.includes(`${CASE_VARIABLE}=${inner.id}`)
  const runId = environ.find((entry) => entry.startsWith('VITEST_PYTHON_RUN_ID='))?.split('=')[1]
  const limited = residentLimit === undefined ? undefined : runIdOf(residentLimit)
  const ours = [runId, limited].some((id) => id !== undefined && inner.runIds.has(id))
  if (ours || (marked && (runId ?? limited) !== undefined)) return 'python'
  return marked ? 'runner' : undefined
}

/** The limit is 2^62 | signature << 37 | run ID in base 36 (docs/protocol.md). */
function runIdOf(limit: bigint): string | undefined {
  if (limit < 2n ** 62n) return undefined
  return (limit & (2n ** 37n - 1n)).toString(36).padStart(7, '0')
}
