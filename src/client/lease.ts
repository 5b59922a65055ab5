import { type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js'
import { PROTOCOL } from '../process/protocol.ts'
import { clearTimeout, setTimeout } from './clock.ts'
import type { RunContext } from './context.ts'
import { LeaseError, WorkerLostError } from './errors.ts'
import {
  BrokerClient,
  type Granted,
  type Holder,
  type LeaseEvent,
  type LeaseRequest,
  type LeftReply,
} from './gen/vitest_python/v1/broker.ts'
import { CHANNEL_OPTIONS, callMetadata } from './metadata.ts'
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
  /** Says who uses the lease from now on. */
  hold(holder: Holder): void
  /** Has the worker ended: a call in it cannot be interrupted. `lost` then says where it was. */
  stuck(name: string): void
  /** Gives the worker back; `busy` where a call that was given up may still be running. Safe to repeat. */
  release(busy?: boolean): void
}

/** Milliseconds beyond the lease timeout: the pool itself says in time that there is no worker. */
const SILENCE = 2_000

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
    const stream = this.#client.lease(callMetadata(this.#context.token))
    stream.write({ kind: { $case: 'acquire', value: { protocol: PROTOCOL, holder } } })
    const answer = granted(stream, this.#context)
    const patience = this.#context.leaseTimeout + SILENCE
    const silence = setTimeout(() => stream.cancel(), patience)
    return answer.finally(() => clearTimeout(silence))
  }

  stats(): Promise<PoolStats> {
    return new Promise((resolve, reject) => {
      this.#client.stats({}, callMetadata(this.#context.token), (error, stats) =>
        error ? reject(brokerError(error)) : resolve(stats),
      )
    })
  }

  /** What leases that have ended left alive, once their workers are gone. */
  left(leaseIds: string[]): Promise<LeftReply> {
    return new Promise((resolve, reject) => {
      this.#client.left({ leaseIds }, callMetadata(this.#context.token), (error, left) =>
        error ? reject(brokerError(error)) : resolve(left),
      )
    })
  }

  close(): void {
    this.#client.close()
  }
}

type LeaseStream = ClientDuplexStream<LeaseRequest, LeaseEvent>

function granted(stream: LeaseStream, context: RunContext): Promise<Lease> {
  return new Promise((resolve, reject) => {
    let released = false
    const lost = new Promise<WorkerLostError>((lose) => {
      stream.on('data', ({ kind }: LeaseEvent) => {
        if (kind?.$case === 'granted') {
          resolve(
            leaseOf(stream, context, kind.value, lost, () => {
              released = true
            }),
          )
        }
        if (kind?.$case === 'failed') reject(new LeaseError(kind.value.message))
        if (kind?.$case === 'lost') lose(new WorkerLostError(kind.value.message))
      })
      stream.on('error', (error: ServiceError) => {
        reject(brokerError(error))
        if (!released) lose(new WorkerLostError(brokerError(error).message))
      })
      stream.on('end', () => reject(new LeaseError('The pool ended before it granted a worker.')))
    })
  })
}

function leaseOf(
  stream: LeaseStream,
  context: RunContext,
  grant: Granted,
  lost: Promise<WorkerLostError>,
  onRelease: () => void,
): Lease {
  const { leaseId, workerId, address, pid, log } = grant
  let open = true
  return {
    ...{ context, leaseId, workerId, address, pid, log, lost },
    hold: (holder) => {
      if (open) stream.write({ kind: { $case: 'holder', value: holder } })
    },
    stuck: (name) => {
      if (open) stream.write({ kind: { $case: 'stuck', value: { name } } })
    },
    release: (busy = false) => {
      if (!open) return
      open = false
      onRelease()
      stream.write({ kind: { $case: 'release', value: { busy } } })
      stream.end()
    },
  }
}

function brokerError(error: ServiceError): LeaseError {
  return new LeaseError(
    `The run's main process does not lease workers any more (${error.details || error.message}). ` +
      'It has ended or is shutting down.',
    { cause: error },
  )
}
