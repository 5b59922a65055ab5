import { PythonError, WorkerLostError } from '../../client/errors/errors.ts'
import { PythonTimeoutError } from '../../client/errors/timeout.ts'
import type { LeaseUsage } from '../../client/events/runEvents.ts'
import type { Lease } from '../../client/lease/lease.ts'
import { LeasedPython, type TestSide } from '../../client/python/leasedPython.ts'
import type { CallOptions } from '../../client/session/callOptions.ts'
import { printedBy } from '../../client/session/sessionChannel.ts'
import { setImmediate } from '../../support/clock.ts'
import { safeLines } from '../../support/text/safeText.ts'
import { LeakWatch, type Suspects } from './leakWatch.ts'
import { peakMemoryOf } from './peakMemory.ts'
import { type Output, Printed } from './printed.ts'
import type { LeasedClient } from './pythonPool.ts'

/** The runner's replacements for members of this process: each test file of Jest has a global object. */
export interface TestFile {
  /** Shows the output of Python. Default: the console of this process. */
  output?: Output | undefined
  /** The file's global object, in which it may have set OpenTelemetry up. Default: that of this process. */
  global?: TestSide['global']
  /** Makes values and errors instances of the file's own classes. */
  adopt?: TestSide['adopt']
  /** Called when a worker is lost or a call has timed out, before the test gets the error. */
  onEnd?: (error: Error) => void
}

/** The events of an open lease. */
export interface LeaseEvents {
  /** The test has its first answer, or its lease has ended, so other work doesn't delay it any more. */
  answered(): void
  released(suspects: Suspects): void
}

/** A lease that a test or a file holds, with the output that Python prints meanwhile. */
export class OpenLease extends LeasedPython implements LeasedClient {
  readonly #lease: Lease
  readonly #defaults: CallOptions
  readonly #printed: Printed
  readonly #leaks: LeakWatch
  readonly #events: LeaseEvents
  #open = true
  #answered = false

  constructor(lease: Lease, defaults: CallOptions, file: TestFile, events: LeaseEvents) {
    // The log of a shared worker begins with the output of earlier tests.
    const printed = new Printed(lease.log, lease.context.isolation === 'shared', file.output)
    super(lease, defaults, {
      beforeAnswer: () => printed.show(),
      answered: () => this.#noteAnswer(),
      global: file.global,
      ...(file.adopt && { adopt: file.adopt }),
      callFailed: (error) => {
        if (error instanceof WorkerLostError || error instanceof PythonTimeoutError) file.onEnd?.(error)
      },
    })
    this.#lease = lease
    this.#defaults = defaults
    this.#printed = printed
    this.#leaks = new LeakWatch(lease)
    this.#events = events
  }

  /**
   * Prints, as output of the test that is about to end, the rest of Python's output and where Python was interrupted.
   *
   * @returns the exceptions of the calls that the end of the test has interrupted
   */
  async endTest(signal = this.#defaults.signal): Promise<readonly Error[]> {
    const aborted = await this.aborted()
    const printed = printedBy(this.#lease)
    if (printed > 0) await this.#printed.catchUp(printed)
    this.#printed.finish()
    // A test that aborts a call by a signal of its own expects the interruption.
    const interrupted = signal?.aborted ? aborted : []
    for (const error of interrupted) console.error(describeAborted(error))
    return interrupted
  }

  async release(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.#answered = true
    this.#events.answered()
    await this.endTest()
    await this.cancelCalls()
    const { busy } = this
    const usage = this.usage()
    const suspects = this.suspects()
    this.#leaks.close()
    this.close()
    this.#printed.finish()
    this.#printed.close()
    this.#lease.release(busy, usage)
    this.#events.released(suspects)
  }

  get leaseId(): string {
    return this.#lease.leaseId
  }

  /** The processes that this lease may leave behind if it ends now. */
  suspects(): Suspects {
    return this.#leaks.look()
  }

  /** The calls of this lease so far. */
  usage(): LeaseUsage {
    const { functions, recorded } = this.tally
    return {
      waited: this.#lease.waited,
      peakMemory: this.#lease.node === '' ? peakMemoryOf(this.pid) : 0,
      functions,
      ...recorded,
    }
  }

  #noteAnswer(): void {
    if (this.#answered) return
    this.#answered = true
    // The test gets the answer first.
    setImmediate(() => this.#events.answered())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }
}

/** Tells where Python was when the test reached its time limit; the runner's own error cannot. */
function describeAborted(error: Error): string {
  const place = error instanceof PythonError ? error.pythonTraceback : error.message
  return `The test ended while Python was at work:\n${safeLines(place)}`
}
