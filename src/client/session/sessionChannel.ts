import { type ClientDuplexStream, credentials } from '@grpc/grpc-js'
import { BridgeClient, type ClientFrame, Verb, type WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import type { Lease } from '../lease/lease.ts'
import { CHANNEL_OPTIONS, callMetadata, MEMORY_KEY, PID_KEY } from '../wire/metadata.ts'
import { SharedMemory } from '../wire/sharedMemory.ts'

/** The open session of a lease. */
export interface SessionChannel {
  readonly client: BridgeClient
  readonly stream: ClientDuplexStream<ClientFrame, WorkerFrame>
  /** Whether either side can open the files of the other, as far as is known. */
  sharesMemory: boolean
}

const channels = new WeakMap<Lease, SessionChannel>()

/** Opens the session of a lease, once: also before its test begins, so that the first call finds it open. */
export function openSession(lease: Lease): SessionChannel {
  const known = channels.get(lease)
  if (known) return known
  const client = new BridgeClient(lease.address, credentials.createInsecure(), CHANNEL_OPTIONS)
  const metadata = callMetadata(lease.context.token, lease.leaseId)
  if (SharedMemory.canOpen(lease.pid)) metadata.set(PID_KEY, String(process.pid))
  const stream = client.session(metadata)
  // As long as nobody listens; a worker that is lost is told by the pool.
  stream.on('error', () => {})
  const channel: SessionChannel = { client, stream, sharesMemory: false }
  stream.on('metadata', (answer) => {
    channel.sharesMemory = answer.get(MEMORY_KEY).length > 0
  })
  channels.set(lease, channel)
  return channel
}

/** Dials and has Python answer once: a process that was just forked is slow the first time, and no test has to wait for it. */
export function warmUp(lease: Lease): void {
  const plain = {
    arguments: new Uint8Array(),
    stream: false,
    credit: 0,
    reference: 0,
    keep: false,
    limited: false,
  }
  // Number 0 is nobody's call, so that the session drops the answer.
  const start = { ...plain, name: 'None', verb: Verb.EVAL }
  openSession(lease).stream.write({ call: 0, kind: { $case: 'start', value: start } })
}

/** Ends what was dialled; nothing where nothing was. */
export function closeSession(lease: Lease): void {
  const channel = channels.get(lease)
  channel?.stream.cancel()
  channel?.client.close()
}
