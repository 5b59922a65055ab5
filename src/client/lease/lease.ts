import { type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { clearTimeout, now, setTimeout } from '../../support/clock.ts'
import type { ErrorCode } from '../../support/errorCodes.ts'
import { LeaseError, WorkerLostError } from '../errors/errors.ts'
import {
  BrokerClient,
  type Failure,
  type Holder,
  type LeaseEvent,
  type LeaseRequest,
  Priority,
  type SurvivorsReply,
} from '../gen/vitest_python/v1/broker.ts'
import { CHANNEL_OPTIONS, callMetadata } from '../wire/metadata.ts'
import type { RunContext } from './context.ts'
import type { PoolStats } from './stats.ts'

/** Exclusive use of one worker, from `acquire` to `release`. */
export interface Lease {
  readonly context: RunContext
  readonly leaseId: string
  readonly workerId: string
  /** gRPC target of the worker. */
  readonly address: string
  readonly pid: number
  /** File that holds what the worker printed. */
  readonly log: string
  /** Resolves when the worker ends before the lease does; never rejects. */
  readonly lost: Promise<WorkerLostError>
  /** Has the worker ended: a call in it cannot be interrupted. `lost` then says where it was. */
  killUnresponsive(name: string): void
  /** Resolves when others wait for a worker that nobody was said to use. */
  readonly recalled: Promise<void>
  /** Gives the worker back; as it was, where nobody was said to use it; `busy` where a call that was given up may still be running. Safe to repeat. */
  release(busy?: boolean): void
}

/** A lease that was asked for and may not be granted yet. */
export interface Application {
  readonly answer: Promise<Lease>
  /**
   * Waits for it, no longer than the lease timeout.
   *
   * @param user who uses it from now on
   */
  claim(user?: Holder): Promise<Lease>
  /** Takes the request back, or gives back what was granted. */
  giveUp(): void
}

/** Milliseconds beyond the lease timeout: the pool itself says in time that there is no worker. */
const SILENCE_MS = 2_000

/** The broker of a run, as a test process sees it. */
export class BrokerConnection {
  readonly #client: BrokerClient
  readonly #context: RunContext

  constructor(context: RunContext) {
    this.#context = context
    this.#client = new BrokerClient(context.broker, credentials.createInsecure(), CHANNEL_OPTIONS)
  }

  /**
   * Leases a worker.
   *
   * @throws LeaseError with the pool's own words when there is none to be had
   */
  acquire(holder: Holder): Promise<Lease> {
    return this.#apply(holder, Priority.TEST).claim()
  }

  /** Leases a worker for whoever is said to use it by `hold`. Errors as `acquire`. */
  acquireSoon(holder: Holder): Application {
    const application = this.#apply(holder, Priority.FILE)
    application.claim().catch(() => {})
    return application
  }

  /** Asks for a worker that nobody needs yet; without a spare it is granted when it is claimed, or never. */
  acquireAhead(holder: Holder): Application {
    return this.#apply(holder, Priority.PREFETCH)
  }

  #apply(holder: Holder, priority: Priority): Application {
    const stream = this.#client.lease(callMetadata(this.#context.token))
    const send = (kind: LeaseRequest['kind']) => stream.write({ kind, at: now() })
    send({ $case: 'acquire', value: { protocol: PROTOCOL, holder, priority } })
    let open = true
    const release = (busy = false) => {
      if (!open) return
      open = false
      send({ $case: 'release', value: { busy } })
      stream.end()
    }
    const killUnresponsive = (name: string) => {
      if (open) send({ $case: 'killUnresponsive', value: { name } })
    }
    const answer = granted(stream, this.#context, { release, killUnresponsive })
    answer.catch(() => {})
    return {
      answer,
      claim: (user) => {
        if (user && open) send({ $case: 'holder', value: user })
        const patience = this.#context.leaseTimeout + SILENCE_MS
        const silence = setTimeout(() => stream.cancel(), patience)
        return answer.finally(() => clearTimeout(silence))
      },
      giveUp: release,
    }
  }

  stats(): Promise<PoolStats> {
    return new Promise((resolve, reject) => {
      this.#client.stats({}, callMetadata(this.#context.token), (error, stats) =>
        error ? reject(brokerError(error)) : resolve(stats),
      )
    })
  }

  /** What leases that have ended left alive, once their workers are gone. */
  survivors(leaseIds: string[]): Promise<SurvivorsReply> {
    return new Promise((resolve, reject) => {
      this.#client.survivors({ leaseIds }, callMetadata(this.#context.token), (error, reply) =>
        error ? reject(brokerError(error)) : resolve(reply),
      )
    })
  }

  /** What the tests of another project of this runner get; both sides are JSON. */
  join(project: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#client.join({ project }, callMetadata(this.#context.token), (error, joined) =>
        error ? reject(brokerError(error)) : resolve(joined.context),
      )
    })
  }

  close(): void {
    this.#client.close()
  }
}

type LeaseStream = ClientDuplexStream<LeaseRequest, LeaseEvent>

function granted(
  stream: LeaseStream,
  context: RunContext,
  ends: Pick<Lease, 'release' | 'killUnresponsive'>,
): Promise<Lease> {
  let recall = () => {}
  const recalled = new Promise<void>((resolve) => {
    recall = resolve
  })
  return new Promise((resolve, reject) => {
    const lost = new Promise<WorkerLostError>((lose) => {
      stream.on('data', ({ kind }: LeaseEvent) => {
        if (kind?.$case === 'granted') {
          const { leaseId, workerId, address, pid, log } = kind.value
          resolve({ context, leaseId, workerId, address, pid, log, lost, recalled, ...ends })
        }
        if (kind?.$case === 'recall') recall()
        if (kind?.$case === 'failed') reject(leaseError(kind.value))
        if (kind?.$case === 'lost') lose(new WorkerLostError(kind.value.message))
      })
      stream.on('error', (error: ServiceError) => {
        reject(brokerError(error))
        lose(new WorkerLostError(brokerError(error).message))
      })
      stream.on('end', () => reject(new LeaseError('The pool ended before it granted a worker.')))
    })
  })
}

function leaseError({ message, code }: Failure): LeaseError {
  return new LeaseError(message, code === '' ? {} : { code: code as ErrorCode })
}

function brokerError(error: ServiceError): LeaseError {
  return new LeaseError(
    `The run's main process does not lease workers any more (${error.details || error.message}). ` +
      'It has ended or is shutting down.',
    { cause: error },
  )
}
