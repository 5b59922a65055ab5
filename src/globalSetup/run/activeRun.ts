import type { RunContext } from '../../client/lease/context.ts'
import type { ResolvedOptions } from '../../options/schema.ts'
import { type Broker, listenForTests } from '../../pool/broker/broker.ts'
import type { Join } from '../../pool/broker/join.ts'
import type { DebugPorts } from '../../pool/debug/debugPorts.ts'
import { openPool } from '../../pool/leasing/openPool.ts'
import type { Pool } from '../../pool/leasing/pool.ts'
import type { Install } from '../../pool/places/localPlace.ts'
import { countEvents } from '../../pool/run/metrics.ts'
import { createRun, type Watch } from '../../pool/run/run.ts'
import { sweepDeadRuns } from '../../pool/verdict/deadRuns/sweepDeadRuns.ts'
import { verdictEvent } from '../../pool/verdict/event.ts'
import { lookAtLast, type RunLeftovers } from '../../pool/verdict/lastLook.ts'
import { report } from '../../pool/verdict/report.ts'
import { stopRun } from '../../pool/verdict/stop.ts'
import { mustFail } from '../../pool/verdict/verdict.ts'
import { oneShotSignaller } from '../../process/run/signal.ts'
import type { PythonCoverage } from '../../report/measured/pythonCoverage.ts'
import type { Recording } from '../../report/record/recording.ts'
import { forgetFailure } from '../../support/forgetFailure.ts'
import { keepAlive } from '../../support/keepAlive.ts'
import { failUnlessDecided } from './exitCode.ts'
import { announce, progress } from './output.ts'
import { isPrepared } from './prepared.ts'

/** A run whose broker accepts test processes. */
export interface ActiveRun {
  readonly context: RunContext
  readonly options: ResolvedOptions
  /** Whether Python was started, so that there will be a verdict. */
  readonly hasPython: boolean
  /** Which test files have used which Python files so far, as absolute paths. Complete when the run has ended. */
  readonly used: ReadonlyMap<string, ReadonlySet<string>>
  /** Reports that a Python file has changed. Returns the test files that have used it, as absolute paths. */
  fileChanged(file: string): string[]
  /** Looks for processes that the tests have left, before the runner's reporters close. */
  lastLook(isLast: boolean): Promise<RunLeftovers>
  /**
   * The coverage of Python so far; `undefined` if nothing was measured.
   *
   * @throws SetupError if coverage.py reports an error
   */
  coverage(): Promise<PythonCoverage | undefined>
  /** Ends the run. Resolves to the report, and to whether the runner must fail. */
  stop(): Promise<Outcome>
}

export interface Outcome {
  /** `undefined` if Python never started, so there is nothing to report. */
  report: string | undefined
  failed: boolean
}

/** The surroundings of a run, beside its options. */
interface RunSurroundings {
  /** Finds Python and installs the packages that it lacks. Default: for the project, with progress */
  provide?: Install
  /** For a runner that watches files. */
  watch?: Watch | undefined
  /** For a runner whose projects open pools after the setup. */
  join?: Join | undefined
  /** Records the run for the reports. */
  recording?: Recording | undefined
  /** The ports at which Python is debugged. */
  debugPorts?: DebugPorts | undefined
}

const joinNothing: Join = async () => 'null'

/**
 * Opens a run: creates its directory and listens on its socket. Starts Python only if `start` is `eager`.
 *
 * @throws SetupError with `start: 'eager'`, if Python does not start
 */
export function openRun(
  root: string,
  options: ResolvedOptions,
  surroundings: RunSurroundings = {},
): Promise<ActiveRun> {
  return keepAlive(() => open(root, options, surroundings))
}

async function open(
  root: string,
  options: ResolvedOptions,
  { provide = installOwn(root, options), watch, join = joinNothing, recording, debugPorts }: RunSurroundings,
): Promise<ActiveRun> {
  const debugPort = debugPorts?.get(options.debug ? options.debug.port : undefined)
  const run = createRun(root, options, watch, debugPort)
  countEvents(run.events)
  const giveUp = new AbortController()
  const install = once(provide)
  let decide: ((failed: boolean) => void) | undefined
  const startPython = (signal: AbortSignal) => {
    decide ??= failUnlessDecided()
    return install(signal)
  }
  const pool = await openPool(run, startPython, progress)
  const record = recording?.open(pool)
  let broker: Broker | undefined
  const end = async (): Promise<Outcome> => {
    giveUp.abort()
    const findings = await stopRun(pool)
    broker?.close()
    const failed = findings !== undefined && mustFail(findings, options.orphans.action)
    decide?.(failed)
    record?.end(findings, failed)
    if (!findings) return { report: undefined, failed }
    run.events.emit(verdictEvent(findings, failed))
    return { report: report(findings), failed }
  }
  const stop = () => keepAlive(end)
  const signaller = async () => oneShotSignaller((await install(giveUp.signal)).executable)
  try {
    broker = await listenForTests(pool, join)
    for (const sentence of await sweepDeadRuns(signaller)) announce(sentence)
    await comeUp(pool, options, install, giveUp.signal)
  } catch (error) {
    const { report: left, failed } = await stop()
    if (failed && left) announce(left)
    throw error
  }
  const fileChanged = (file: string) => {
    pool.fileChanged()
    return pool.usage.testsUsing(file)
  }
  let since = 0
  // The sockets and processes of a run keep no process alive, and one that has nothing to do ends its runs.
  const coverage = () =>
    keepAlive(async () => {
      const found = await coverageOf(pool, since)
      since = Date.now()
      return found
    })
  const lastLook = (isLast: boolean) => lookAtLast(pool, isLast)
  return {
    context: contextOf(pool),
    get hasPython() {
      return decide !== undefined
    },
    get used() {
      return pool.usage.used()
    },
    options,
    fileChanged,
    lastLook,
    coverage,
    stop,
  }
}

async function coverageOf(pool: Pool, since: number): Promise<PythonCoverage | undefined> {
  if (!pool.run.options.measuring) return undefined
  const { readCoverage } = await import('../../pool/measuring/readCoverage.ts')
  const { fileCoverages } = await import('../../report/measured/fileCoverage.ts')
  const { root } = pool.run
  const measured = await readCoverage(pool)
  if (!measured) return undefined
  const { contexts, python } = measured
  return {
    files: fileCoverages(measured.files, root),
    root,
    contexts,
    since,
    python,
    leases: pool.leases.takenLeases(),
  }
}

/** Does the slow steps before the tests, so they do not count against the time limit of a test. */
async function comeUp(
  pool: Pool,
  options: ResolvedOptions,
  install: (signal: AbortSignal) => Promise<unknown>,
  giveUp: AbortSignal,
): Promise<void> {
  if (options.start === 'eager') {
    await pool.runtime.start()
    pool.warmUp()
  } else if (!isPrepared(pool.run.root, options.python)) {
    // If this fails, the first test that needs Python gets the same error, and no other test.
    await install(giveUp).catch(() => {})
  }
}

function installOwn(root: string, options: ResolvedOptions): Install {
  return async (signal) => {
    const { installPythonCached } = await import('./installPython.ts')
    return installPythonCached(root, options.python, signal)
  }
}

function contextOf({ run }: Pool): RunContext {
  const { isolation, leaseTimeout, orphans } = run.options
  return {
    runId: run.id,
    token: run.token,
    ...(run.certificates && { tls: run.certificates.client }),
    isolation,
    leaseTimeout,
    blame: orphans.blame,
    ...(run.debugPort && { isDebugged: true }),
    broker: run.brokerPath,
  }
}

/** Calls `make` once. If it fails, the next call after a back-off tries again. */
function once<A, T>(make: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  let made: Promise<T> | undefined
  return (argument) => {
    if (!made) {
      made = make(argument)
      forgetFailure(made, () => {
        made = undefined
      })
    }
    return made
  }
}
