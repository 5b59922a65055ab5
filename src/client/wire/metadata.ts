import type { ClientOptions, Metadata } from '@grpc/grpc-js'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { loadGrpc } from './grpc.ts'

/** Metadata key of the run's secret. */
export const TOKEN_KEY = 'x-vitest-python-token'
/** Metadata key of the lease that a call belongs to. */
export const LEASE_KEY = 'x-vitest-python-lease'

/** Metadata key of a session: the process ID of a caller that can open the worker's files. */
export const PID_KEY = 'x-vitest-python-pid'
/** Key in the worker's answer: the worker can open the caller's files, too. */
export const MEMORY_KEY = 'x-vitest-python-memory'

/** Metadata key of the protocol version that the caller speaks. */
const PROTOCOL_KEY = 'x-vitest-python-protocol'

/** Key in the trailing metadata of a user's servicer that raised: the exception, as a `PythonFailure`. */
export const FAILURE_KEY = 'x-vitest-python-failure-bin'

/** Headers of calls that stubs of the user's make. They need not name a protocol. */
export function stubMetadata(token: string, leaseId: string): Readonly<Record<string, string>> {
  return { [TOKEN_KEY]: token, [LEASE_KEY]: leaseId }
}

/** Metadata for calls to a worker. */
export function callMetadata(token: string, leaseId: string): Metadata {
  const metadata = new (loadGrpc().Metadata)()
  metadata.set(TOKEN_KEY, token)
  metadata.set(PROTOCOL_KEY, String(PROTOCOL))
  metadata.set(LEASE_KEY, leaseId)
  return metadata
}

/** Options of every channel to a worker: no limit of size, and no proxy for a Unix socket. */
export const CHANNEL_OPTIONS: ClientOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.enable_http_proxy': 0,
  // By default, grpc-js shares the connection of equal targets. A lease must not use that of another one.
  'grpc.use_local_subchannel_pool': 1,
}
