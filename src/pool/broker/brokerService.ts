import type { Socket } from 'node:net'
import { type Metadata, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js'
import {
  BrokerService,
  type Holder,
  type JoinReply,
  type JoinRequest,
  type LeaseEvent,
  type LeaseRequest,
  type PoolStats,
  type SurvivorsReply,
  type SurvivorsRequest,
} from '../../client/gen/vitest_python/v1/broker.ts'
import { TOKEN_KEY } from '../../client/wire/metadata.ts'
import { PROTOCOL, protocolMismatch } from '../../process/run/protocol.ts'
import { nameOf } from '../../process/system/identity.ts'
import type { LeaseRecord } from '../leasing/leaseLog.ts'
import type { Pool } from '../leasing/pool.ts'
import type { LeaseGrant, LeaseHandle } from '../leasing/requests/leaseRequest.ts'
import type { Priority } from '../leasing/requests/priority.ts'
import { equalSecrets } from '../python/control.ts'
import { residentBytes } from '../run/sample.ts'
import { survivorsOf } from '../verdict/survivors.ts'
import type { Join } from './join.ts'

type LeaseCall = ServerDuplexStream<LeaseRequest, LeaseEvent>

/** The gRPC service behind `broker.sock`. It takes over connections that are already open. */
export function serveLeases(pool: Pool, join: Join): { inject(socket: Socket): void; close(): void } {
  // The calls of a test that a report lists can be longer than the 4 MB that gRPC allows by default.
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  server.addService(BrokerService, {
    lease: (call: LeaseCall) => serveLease(pool, call),
    stats: async (
      call: { metadata: Metadata },
      callback: (error: ServiceFailure | null, stats?: PoolStats) => void,
    ) => {
      if (!isAuthorised(pool, call.metadata)) return callback(UNAUTHENTICATED)
      callback(null, await statsOf(pool))
    },
    survivors: async (
      call: { metadata: Metadata; request: SurvivorsRequest },
      callback: (error: ServiceFailure | null, reply?: SurvivorsReply) => void,
    ) => {
      if (!isAuthorised(pool, call.metadata)) return callback(UNAUTHENTICATED)
      callback(null, await answerSurvivors(pool, call.request))
    },
    join: async (
      call: { metadata: Metadata; request: JoinRequest },
      callback: (error: ServiceFailure | null, joined?: JoinReply) => void,
    ) => {
      if (!isAuthorised(pool, call.metadata)) return callback(UNAUTHENTICATED)
      callback(null, { context: await join(call.request.project) })
    },
  })
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  return { inject: (socket) => injector.injectConnection(socket), close: () => server.forceShutdown() }
}

function serveLease(pool: Pool, call: LeaseCall): void {
  if (!isAuthorised(pool, call.metadata)) return void call.emit('error', UNAUTHENTICATED)
  let lease: LeaseHandle | undefined
  let record: LeaseRecord | undefined
  const send = (kind: LeaseEvent['kind']) => {
    if (!call.cancelled) call.write({ kind })
  }
  const fail = (message: string, code = '') => {
    send({ $case: 'failed', value: { message, code } })
    call.end()
  }
  call.on('data', ({ kind, at }) => {
    if (kind?.$case === 'release') {
      if (record) record.usage = kind.value.usage
      lease?.end(kind.value.busy ? 'busy' : 'intact', at)
    }
    if (kind?.$case === 'holder' && !call.cancelled) lease?.take(kind.value, at)
    if (kind?.$case === 'killUnresponsive') lease?.killUnresponsive(kind.value.name)
    // A message may be decoded after its stream was cancelled. And one stream is one lease.
    if (kind?.$case !== 'acquire' || call.cancelled || lease) return
    if (kind.value.protocol !== PROTOCOL) return fail(mismatch(kind.value.protocol), 'PROTOCOL_MISMATCH')
    const holder = kind.value.holder ?? UNNAMED
    pool.run.events.emit({ topic: 'lease', event: 'requested', at, ...holder })
    lease = pool.request({
      holder,
      priority: PRIORITIES[kind.value.priority] ?? 'test',
      granted(grant) {
        record = grant.lease
        send({ $case: 'granted', value: describeGrant(grant, pool) })
      },
      failed: (message, code) => fail(message, code),
      // The stream stays open for the release, which reports the calls of the test.
      lost: (message) => send({ $case: 'lost', value: { message, code: '' } }),
      recalled: () => send({ $case: 'recall', value: {} }),
    })
  })
  call.on('end', () => {
    lease?.end()
    call.end()
  })
  // The test process is gone, or it has withdrawn its request. A prefetched worker is not reused here: the message by
  // which a test took it may be lost.
  call.on('cancelled', () => lease?.end())
  call.on('error', () => lease?.end())
}

/** Indexed by their numbers on the wire. */
const PRIORITIES: readonly Priority[] = ['test', 'file', 'prefetch']

const UNNAMED: Holder = { file: '', test: '' }

const mismatch = (version: number) => protocolMismatch('The test process', version, "the run's main process")

type ServiceFailure = { code: number; details: string }

const UNAUTHENTICATED: ServiceFailure = {
  code: status.UNAUTHENTICATED,
  details: 'the token in x-vitest-python-token is not that of this run',
}

function isAuthorised(pool: Pool, metadata: Metadata): boolean {
  return equalSecrets(String(metadata.get(TOKEN_KEY)[0] ?? ''), pool.run.token)
}

function describeGrant({ lease, worker }: LeaseGrant, { runtime }: Pool) {
  const { address, session, pid, log } = worker
  const { state } = runtime
  const reaperPid = state.phase === 'armed' ? state.reaper.armed.pid : 0
  return { leaseId: lease.id, workerId: worker.id, address, session, pid, log, reaperPid }
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
    residentBytes: await residentBytes(pool.pids()),
    python: installation?.version ?? '',
    executable: installation?.executable ?? '',
    startMethod: (await forkserver?.catch(() => undefined))?.startMethod ?? '',
  }
}
