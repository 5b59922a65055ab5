import { clearTimeout, epoch, monotonic, now, setTimeout } from '../../support/clock.ts'
import { type Deferred, deferred } from '../../support/deferred.ts'
import { LeaseError, WorkerLostError } from '../errors/errors.ts'
import type {
  BrokerReply,
  BrokerRequest,
  Granted,
  Holder,
  Priority,
  Usage,
} from '../gen/vitest_python/v1/broker.ts'
import type { BrokerSocket } from './brokerSocket.ts'
import type { RunContext } from './context.ts'
import type { Lease } from './lease.ts'
import { connectionError, refusalError, timeoutError } from './leaseErrors.ts'
import { type LeaseEffect, type LeaseState, type LeaseStateEvent, nextLeaseState } from './leaseState.ts'

export type LeaseStream = Pick<BrokerSocket, 'write' | 'on' | 'end' | 'cancel'>

/** Milliseconds beyond the lease timeout. The pool itself refuses a request when that timeout is over. */
export const SILENCE_MS = 2_000

/** A lease that was requested. It may not be granted yet. */
export class PendingLease {
  readonly #stream: LeaseStream
  readonly #context: RunContext
  readonly #granted: Deferred<Lease> = deferred()
  readonly #lost: Deferred<WorkerLostError> = deferred()
  readonly #recalled: Deferred<void> = deferred()
  readonly #closed: Deferred<void> = deferred()
  readonly #requestedAt = epoch()
  #state: LeaseState = { phase: 'requested' }
  #waited = 0

  /** Sends the request over a new connection to the broker. */
  constructor(stream: LeaseStream, context: RunContext, holder: Holder, priority: Priority) {
    this.#stream = stream
    this.#context = context
    // A rejection is of interest only to callers that wait for the grant.
    this.#granted.promise.catch(() => {})
    stream.on('data', (event) => this.#receive(event))
    stream.on('error', (error) => this.#disconnect(error))
    stream.on('end', () => this.#disconnect(new Error('it was closed')))
    this.#send({ $case: 'acquire', value: { holder, priority } })
  }

  /**
   * Resolves when the pool grants a worker.
   *
   * @throws LeaseError the pool refused the request, or it was cancelled
   */
  get granted(): Promise<Lease> {
    return this.#granted.promise
  }

  /** Whether it was given back or withdrawn. */
  get isReleased(): boolean {
    return this.#state.phase === 'released'
  }

  /** Resolves when the pool has read all messages; never rejects. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /**
   * Waits for the grant, but not much longer than the lease timeout.
   *
   * @param user the test that uses the worker from now on
   * @throws LeaseError
   */
  claim(user?: Holder): Promise<Lease> {
    if (user) this.#dispatch({ type: 'take', holder: user })
    const limit = this.#context.leaseTimeout + SILENCE_MS
    const began = monotonic()
    const timer = setTimeout(() => this.#dispatch({ type: 'timeout', error: timeoutError(limit) }), limit)
    return this.granted
      .then((lease) => {
        this.#waited = monotonic() - began
        return lease
      })
      .finally(() => clearTimeout(timer))
  }

  /** Withdraws the request, or gives the granted worker back. Safe to repeat. */
  cancel(): void {
    this.#dispatch({ type: 'release', busy: false })
  }

  #disconnect(error: Error): void {
    this.#closed.resolve()
    this.#dispatch({ type: 'disconnect', error: connectionError(error) })
  }

  #receive({ kind }: BrokerReply): void {
    switch (kind?.$case) {
      case 'granted':
        return this.#dispatch({ type: 'grant', granted: kind.value })
      case 'recall':
        return this.#dispatch({ type: 'recall' })
      case 'failed':
        return this.#dispatch({ type: 'refuse', error: refusalError(kind.value) })
      case 'lost':
        return this.#dispatch({ type: 'lose', message: kind.value.message })
    }
  }

  #dispatch(event: LeaseStateEvent): void {
    const { state, effects } = nextLeaseState(this.#state, event)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: LeaseEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#send(effect.message)
      case 'end stream':
        return void this.#stream.end()
      case 'cancel stream':
        return this.#stream.cancel()
      case 'grant':
        return this.#granted.resolve(this.#leaseOf(effect.granted))
      case 'reject':
        return this.#granted.reject(effect.error)
      case 'withdraw':
        return this.#granted.reject(new LeaseError('The lease request was cancelled before it was granted.'))
      case 'lose':
        return this.#lost.resolve(new WorkerLostError(effect.message))
      case 'recall':
        return this.#recalled.resolve()
    }
  }

  #send(kind: BrokerRequest['kind']): void {
    this.#stream.write({ kind, at: now() })
  }

  #leaseOf({ leaseId, workerId, address, session, node, pid, log, reaperPid }: Granted): Lease {
    const waited = () => this.#waited
    return {
      context: this.#context,
      get waited() {
        return waited()
      },
      leaseId,
      workerId,
      address,
      session,
      node,
      pid,
      log,
      reaperPid,
      requestedAt: this.#requestedAt,
      grantedAt: epoch(),
      lost: this.#lost.promise,
      recalled: this.#recalled.promise,
      killUnresponsive: (call) => this.#dispatch({ type: 'kill unresponsive', call }),
      release: (busy = false, usage) =>
        this.#dispatch({ type: 'release', busy, usage: usage as Usage | undefined }),
    }
  }
}
