import { type ClientDuplexStream, credentials } from '@grpc/grpc-js'
import { BridgeClient, type ClientFrame, type WorkerFrame } from './gen/vitest_python/v1/bridge.ts'
import type { Lease } from './lease.ts'
import { CHANNEL_OPTIONS, callMetadata } from './metadata.ts'

/** The open session of a lease. */
export interface Line {
  readonly client: BridgeClient
  readonly stream: ClientDuplexStream<ClientFrame, WorkerFrame>
}

const lines = new WeakMap<Lease, Line>()

/** Opens the session of a lease, once: also before its test begins, so that the first call finds it open. */
export function dial(lease: Lease): Line {
  const known = lines.get(lease)
  if (known) return known
  const client = new BridgeClient(lease.address, credentials.createInsecure(), CHANNEL_OPTIONS)
  const stream = client.session(callMetadata(lease.context.token, lease.leaseId))
  // As long as nobody listens; a worker that is lost is told by the pool.
  stream.on('error', () => {})
  const line = { client, stream }
  lines.set(lease, line)
  return line
}

/** Ends what was dialled; nothing where nothing was. */
export function hangUp(lease: Lease): void {
  const line = lines.get(lease)
  line?.stream.cancel()
  line?.client.close()
}
