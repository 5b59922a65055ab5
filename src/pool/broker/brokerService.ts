import type { Socket } from 'node:net'
import type {
  BrokerReply,
  BrokerRequest,
  Holder,
  PoolStats,
  SurvivorsReply,
  SurvivorsRequest,
} from '../../client/gen/vitest_python/v1/broker.ts'
import { nameOf } from '../../process/system/identity.ts'
import type { LeaseRecord } from '../leasing/leaseLog.ts'
import type { Pool } from '../leasing/pool.ts'
import type { LeaseGrant, LeaseHandle } from '../leasing/requests/leaseRequest.ts'
import type { Priority } from '../leasing/requests/priority.ts'
import { residentBytes } from '../run/sample.ts'
import { survivorsOf } from '../verdict/leaks/survivors.ts'
import type { Join } from './join.ts'
import { TestConnection } from './testConnection.ts'

/** Serves one connection of a test process: a lease, or one question. */
export function serveTests(socket: Socket, pool: Pool, join: Join): void {
  const connection = new TestConnection(socket, pool.run.token)
  const lease = new ServedLease(pool, connection)
  const answer = (coming: Promise<BrokerReply['kind']>) =>
    void coming
      .then(
        (reply) => connection.reply(reply),
        (error: Error) => connection.fail(error.message),
      )
      .finally(() => connection.end())
  connection.on('request', ({ kind, at }) => {
    if (!kind) return connection.fail('The pool does not know a request of this test process.')
    switch (kind.$case) {
      case 'stats':
        return answer(statsOf(pool).then((value) => ({ $case: 'stats', value })))
      case 'survivors':
        return answer(answerSurvivors(pool, kind.value).then((value) => ({ $case: 'survivors', value })))
      case 'join':
        return answer(join(kind.value.project).then((context) => ({ $case: 'join', value: { context } })))
      default:
        return lease.receive(kind, at)
    }
  })
  // The test process is gone, or it has withdrawn its request. A prefetched worker is not reused here: the message by
  // which a test took it may be lost.
  connection.on('closed', () => lease.end())
}

type LeaseMessage = Exclude<NonNullable<BrokerRequest['kind']>, { $case: 'stats' | 'survivors' | 'join' }>

/** The lease of a connection. */
class ServedLease {
  readonly #pool: Pool
  readonly #connection: TestConnection
  #lease: LeaseHandle | undefined
  #record: LeaseRecord | undefined

  constructor(pool: Pool, connection: TestConnection) {
    this.#pool = pool
    this.#connection = connection
  }

  receive(message: LeaseMessage, at: number): void {
    switch (message.$case) {
      case 'acquire':
        return this.#acquire(message.value, at)
      case 'holder':
        return this.#lease?.take(message.value, at)
      case 'killUnresponsive':
        return this.#lease?.killUnresponsive(message.value.name)
      case 'release':
        if (this.#record) this.#record.usage = message.value.usage
        return this.#lease?.end(message.value.busy ? 'busy' : 'intact', at)
    }
  }

  end(): void {
    this.#lease?.end()
  }

  #acquire(
    { holder = UNNAMED, priority }: { holder?: Holder | undefined; priority: number },
    at: number,
  ): void {
    // One connection is one lease.
    if (this.#lease) return
    const pool = this.#pool
    const connection = this.#connection
    pool.run.events.emit({ topic: 'lease', event: 'requested', at, ...holder })
    this.#lease = pool.request({
      holder,
      priority: PRIORITIES[priority] ?? 'test',
      granted: (grant) => {
        this.#record = grant.lease
        connection.reply({ $case: 'granted', value: describeGrant(grant, pool) })
      },
      failed: (message, code) => connection.fail(message, code),
      // The connection stays open for the release, which reports the calls of the test.
      lost: (message) => connection.reply({ $case: 'lost', value: { message, code: '' } }),
      recalled: () => connection.reply({ $case: 'recall', value: {} }),
    })
  }
}

/** Indexed by their numbers on the wire. */
const PRIORITIES: readonly Priority[] = ['test', 'file', 'prefetch']

const UNNAMED: Holder = { file: '', test: '' }

function describeGrant({ lease, worker }: LeaseGrant, { runtime }: Pool) {
  const { address, session, node = '', pid, log } = worker
  const { state } = runtime
  const reaperPid = state.phase === 'armed' ? state.reaper.armed.pid : 0
  return { leaseId: lease.id, workerId: worker.id, address, session, node, pid, log, reaperPid }
}

async function answerSurvivors(pool: Pool, request: SurvivorsRequest): Promise<SurvivorsReply> {
  const fail = pool.run.options.orphans.action === 'fail'
  try {
    const found = await survivorsOf(pool, request)
    for (const { process } of found) pool.named.add(nameOf(process))
    const survivors = found.map(({ process: { pid, command }, lease }) => ({
      pid,
      command,
      leaseId: lease.id,
    }))
    return { fail, survivors, problem: '' }
  } catch (error) {
    return { fail, survivors: [], problem: (error as Error).message }
  }
}

async function statsOf(pool: Pool): Promise<PoolStats> {
  const python = await pool.runtime.settled()
  const { installation, forkserver } = python.phase === 'armed' ? python : {}
  return {
    ...pool.counts(),
    residentBytes: await residentBytes(pool.localPids()),
    python: installation?.version ?? '',
    executable: installation?.executable ?? '',
    startMethod: (await forkserver?.catch(() => undefined))?.startMethod ?? '',
  }
}
