import { describeHolder } from '../../../pool/leasing/leaseLog.ts'
import type { RunLeftovers } from '../../../pool/verdict/lastLook.ts'
import { safeText } from '../../../support/text/safeText.ts'
import type { ActiveRun } from '../../run/activeRun.ts'
import type { Registry } from '../../run/registry.ts'
import { placeOfTest } from './placeOfTest.ts'
import type { LastLook } from './precede.ts'
import { type FileTask, failTask, type ReportedVitest, testsNamed } from './reportedVitest.ts'
import type { ShownError } from './shownError.ts'

type Seen = RunLeftovers['processes'][number]

/** Looks at every run when its tests have ended: fails the tests that have left processes, and returns the other errors. */
export function lastLookAt(registry: Registry, vitest: ReportedVitest): LastLook {
  return async (files) => {
    const errors: string[] = []
    for (const run of registry.active) errors.push(...(await lookAt(run, files, !vitest.config.watch)))
    // The place that the reporters show.
    const { configFile } = vitest.vite?.config ?? {}
    const frame = configFile ? [`    at ${configFile}:1:1`] : []
    return errors.map((message) => shown(message, frame))
  }
}

async function lookAt(run: ActiveRun, files: readonly FileTask[], isLast: boolean): Promise<string[]> {
  const { action, blame } = run.options.orphans
  if (blame === 'run') return []
  const { processes, unknown } = await run.lastLook(isLast)
  const errors = unknown.map(
    ({ pid, name, reason }) =>
      `Cannot tell whether pid ${pid} (${safeText(name)}) belongs to the run: ${reason}`,
  )
  if (action === 'warn') return errors
  const untraced = processes.filter((seen) => !failTestOf(seen, files))
  return untraced.length === 0 ? errors : [describe(untraced), ...errors]
}

/** @returns whether there is exactly one test to fail */
function failTestOf({ process, lease }: Seen, files: readonly FileTask[]): boolean {
  if (!lease || lease.holder.test === '') return false
  const { file, test } = lease.holder
  const [task, second] = files.filter(({ name }) => name === file).flatMap((one) => testsNamed(one, test))
  if (!task || second) return false
  const message =
    `This test left a process behind:\n  pid ${process.pid} (${safeText(process.command)})\n` +
    'Still alive when all tests had ended. Stop every process in the test that starts it.'
  failTask(task, shown(message, [`    at ${placeOfTest(task)}`]))
  return true
}

function describe(untraced: readonly Seen[]): string {
  const lines = untraced.map(({ process: { pid, command }, lease }) => {
    const by = lease
      ? `started by ${describeHolder(lease.holder)}`
      : 'it is not certain which test started it'
    return `  pid ${pid} (${safeText(command)}), ${by}`
  })
  return `Processes of this run were still alive when all tests had ended:\n${lines.join('\n')}\nStop every process in the test that starts it.`
}

function shown(message: string, frames: readonly string[]): ShownError {
  const name = 'LeftoverError [ORPHANS_FOUND]'
  return { name, message, stack: [`${name}: ${message}`, ...frames].join('\n') }
}
