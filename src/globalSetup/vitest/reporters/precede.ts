import { isBlobReporter, OPEN, watchBlobs } from './blobs.ts'
import { failLeakingTests } from './leaksOfFile.ts'
import { type Adapt, withAdapted } from './perReporter.ts'
import { annotationOf, pythonAnnotations } from './pythonAnnotations.ts'
import type { FileTask, ReportedVitest } from './reportedVitest.ts'
import { type ShownError, withStacks } from './shownError.ts'
import { isBlind, standInsFor } from './standIns.ts'

/** The last look at a run before its reporters close. */
export type LastLook = (modules: readonly FileTask[]) => Promise<readonly ShownError[]>

/** The facts about the runs when the tests have ended. */
export interface Looks {
  lastLook: LastLook
  /** Whether a verdict follows. */
  isOpen(): boolean
}

const PRECEDED = Symbol.for('vitest-environment-python.preceded')

/** Where the reporters' methods have the errors of the run. */
const ERRORS = 1
/** Where `onTestRunEnd` has the outcome. */
const REASON = 2

/**
 * Adds the leaks that are known to the results before any reporter gets them. Global teardown runs after the reporters, so
 * it is too late for that. Safe to repeat.
 *
 * @param looks `lastLook` finds more, fails the tests at fault, and returns errors of the run
 */
export function precedeReporters(vitest: ReportedVitest, looks: Looks): void {
  const preceded = vitest as { [PRECEDED]?: Looks }
  if (typeof vitest.report !== 'function') return
  if (preceded[PRECEDED]) {
    // If you edit the configuration in watch mode, the same Vitest starts again, with other runs.
    Object.assign(preceded[PRECEDED], looks)
    return
  }
  const current = { ...looks }
  preceded[PRECEDED] = current
  watchBlobs(vitest)
  const report = vitest.report.bind(vitest)
  let looking: Promise<readonly ShownError[]> | undefined
  vitest.report = async (event, ...args) => {
    if (event === 'onTestRunStart') looking = undefined
    if (event === 'onTestModuleEnd') failLeakingTests(vitest, (args[0] as { task: FileTask }).task)
    // Vitest 3.2 calls both at once, later versions call the first only.
    if (event !== 'onTestRunEnd' && event !== 'onFinished') return report(event, ...args)
    looking ??= safely(current.lastLook, filesOf(args[0] as object[]))
    const errors = (await looking).map(withStacks)
    extend(event, args, errors)
    if (event === 'onTestRunEnd') annotate(filesOf(args[0] as object[]), errors)
    const adapt = adapter(vitest, { event, errors, isOpen: current.isOpen() })
    return withAdapted(vitest.reporters ?? [], { event, adapt }, () => report(event, ...args))
  }
}

/** Reporters for JSON and JUnit get errors as files that have failed, and blobs that there is no verdict yet. */
function adapter(
  { vite }: ReportedVitest,
  { event, errors, isOpen }: { event: string; errors: readonly ShownError[]; isOpen: boolean },
): Adapt {
  return (reporter, [files, known, ...rest]) => {
    if (isOpen && isBlobReporter(reporter))
      return [files, [...((known ?? []) as unknown[]), { ...OPEN }], ...rest]
    if (errors.length === 0 || !isBlind(reporter)) return undefined
    const standIns = standInsFor(errors, vite?.config?.configFile || 'vitest.config')
    const more = event === 'onTestRunEnd' ? standIns.map((task) => ({ task })) : standIns
    return [[...(files as unknown[]), ...more], known, ...rest]
  }
}

/** A look that fails is an error of the run, and costs no reporter its end. */
async function safely(lastLook: LastLook, files: readonly FileTask[]): Promise<readonly ShownError[]> {
  try {
    return await lastLook(files)
  } catch (error) {
    const { message, stack = message } = error as Error
    return [
      { name: 'Error', message: `Cannot look for processes that the tests have left: ${message}`, stack },
    ]
  }
}

function annotate(files: readonly FileTask[], errors: readonly ShownError[]): void {
  if (process.env['GITHUB_ACTIONS'] !== 'true') return
  const annotations = [...pythonAnnotations(files), ...errors.map(annotationOf)]
  for (const annotation of annotations) process.stderr.write(`\n${annotation}\n`)
}

/** `onTestRunEnd` gets modules, and `onFinished` files. */
function filesOf(modulesOrFiles: readonly object[]): FileTask[] {
  return modulesOrFiles.map((given) => ('task' in given ? given.task : given) as FileTask)
}

function extend(event: string, args: unknown[], errors: readonly ShownError[]): void {
  if (errors.length > 0) args[ERRORS] = [...((args[ERRORS] ?? []) as unknown[]), ...errors]
  const files = filesOf(args[0] as object[])
  const failed = errors.length > 0 || files.some(({ result }) => result?.state === 'fail')
  if (!failed) return
  process.exitCode ||= 1
  if (event === 'onTestRunEnd' && args[REASON] === 'passed') args[REASON] = 'failed'
}
