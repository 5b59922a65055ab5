import type { Holder } from '../../../client/gen/vitest_python/v1/broker.ts'
import type { LeaseGrant, LeaseRequest } from './leaseRequest.ts'
import type { Priority } from './priority.ts'
import { nextRequestState, type RequestEvent, type RequestState } from './requestState.ts'

/** A request and how far it has come. */
export class PendingLease {
  readonly id: string
  readonly request: LeaseRequest
  expiry: NodeJS.Timeout | undefined
  #state: RequestState

  constructor(id: string, request: LeaseRequest) {
    this.id = id
    this.request = request
    this.#state = { phase: 'queued', holder: request.holder, priority: request.priority }
  }

  get state(): RequestState {
    return this.#state
  }

  /** The worker that it was granted; `undefined` before that, and after the lease. */
  get grant(): LeaseGrant | undefined {
    return this.#state.phase === 'granted' ? this.#state.grant : undefined
  }

  dispatch(event: RequestEvent): void {
    this.#state = nextRequestState(this.#state, event)
  }
}

/** A request that waits, as the plan sees it. */
type Waiting = Holder & { readonly id: string; readonly priority: Priority }

/** The requests that wait for a worker, in the order in which they came. Each leaves the queue exactly once. */
export class RequestQueue {
  readonly #queued = new Map<string, PendingLease>()
  /** The same, as the plan sees them. It looks at all of them again and again, so they are made once. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #timeout: number
  readonly #explainTimeout: () => string
  #requests = 0

  /**
   * @param timeout milliseconds that a test waits for a worker
   * @param explainTimeout makes the error of a test that has waited for so long
   */
  constructor(timeout: number, explainTimeout: () => string) {
    this.#timeout = timeout
    this.#explainTimeout = explainTimeout
  }

  get size(): number {
    return this.#queued.size
  }

  get(id: string): PendingLease | undefined {
    return this.#queued.get(id)
  }

  waiting(): Waiting[] {
    return [...this.#waiting.values()]
  }

  add(request: LeaseRequest): PendingLease {
    const pending = new PendingLease(`r${++this.#requests}`, request)
    this.#queued.set(pending.id, pending)
    this.#show(pending)
    if (request.priority !== 'prefetch') this.#limit(pending)
    return pending
  }

  /** A test waits for this request from now on. */
  promote(pending: PendingLease, holder: Holder): void {
    pending.dispatch({ type: 'take', holder })
    this.#show(pending)
    this.#limit(pending)
  }

  grant(pending: PendingLease, grant: LeaseGrant): void {
    this.#remove(pending)
    pending.dispatch({ type: 'grant', grant })
    pending.request.granted(grant)
  }

  refuse(pending: PendingLease, message: string, code = ''): void {
    this.#remove(pending)
    pending.dispatch({ type: 'refuse' })
    pending.request.failed(message, code)
  }

  refuseAll(message: string): void {
    for (const pending of this.#queued.values()) this.refuse(pending, message)
  }

  withdraw(pending: PendingLease): void {
    this.#remove(pending)
    pending.dispatch({ type: 'end' })
  }

  #show({ id, state }: PendingLease): void {
    if (state.phase === 'queued') this.#waiting.set(id, { ...state.holder, id, priority: state.priority })
  }

  #limit(pending: PendingLease): void {
    pending.expiry ??= setTimeout(() => this.refuse(pending, this.#explainTimeout()), this.#timeout).unref()
  }

  #remove(pending: PendingLease): void {
    clearTimeout(pending.expiry)
    this.#queued.delete(pending.id)
    this.#waiting.delete(pending.id)
  }
}
