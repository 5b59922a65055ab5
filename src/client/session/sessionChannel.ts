import { connect } from 'node:net'
import { outside } from '../../support/outside.ts'
import { withoutStack } from '../../support/withoutStack.ts'
import { ClientFrame, Verb, WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import type { Lease } from '../lease/lease.ts'
import { loadGrpc } from '../wire/grpc.ts'
import { CHANNEL_OPTIONS, callMetadata, MEMORY_KEY, PID_KEY } from '../wire/metadata.ts'
import { SharedMemory } from '../wire/sharedMemory.ts'
import { connectByTls, credentialsFor, isLocal, isOnNetwork, targetOf, tlsOptions } from '../wire/tls.ts'
import { startMessage } from './callStart.ts'
import type { SessionStream } from './sessionStream.ts'
import { SocketStream } from './socketStream.ts'

/** The connection of an open session. */
export interface SessionChannel {
  readonly stream: SessionStream
  /** Whether each side can open the files of the other. False until Python has said so. */
  sharesMemory: boolean
  /** Bytes that a worker on another machine had printed at its last answer; 0 if it is on this one. */
  printed: number
  close(): void
}

/** The method of the service `Bridge` that carries a session. */
const SESSION = '/vitest_python.v1.Bridge/Session'

const encodeFrame = (frame: ClientFrame) => Buffer.from(ClientFrame.encode(frame).finish())

const channels = new WeakMap<Lease, SessionChannel>()

/** Opens the session of a lease once. If that is done before the test begins, its first call does not wait for it. */
export function openSession(lease: Lease): SessionChannel {
  const known = channels.get(lease)
  if (known) return known
  const channel = outside(() => (lease.session === '' ? callByGrpc(lease) : connectTo(lease)))
  // Before a `Session` listens. The pool reports a lost worker.
  channel.stream.on('error', () => {})
  channels.set(lease, channel)
  return channel
}

function connectTo(lease: Lease): SessionChannel {
  const { session, leaseId, pid, context } = lease
  // On another machine, an equal process ID is that of a stranger.
  const ownPid = !isOnNetwork(session) && SharedMemory.canOpen(pid) ? process.pid : 0
  const stream = new SocketStream(
    (onread) =>
      isOnNetwork(session) ? connectByTls(session, context.tls, onread) : connect({ path: session, onread }),
    { token: context.token, leaseId, pid: ownPid },
  )
  const channel: SessionChannel = { stream, sharesMemory: false, printed: 0, close: () => stream.cancel() }
  followOutput(channel, lease)
  stream.on('welcome', ({ sharesMemory }) => {
    channel.sharesMemory = sharesMemory
  })
  return channel
}

function callByGrpc(lease: Lease): SessionChannel {
  const { Client } = loadGrpc()
  const { address, pid, context } = lease
  const options = { ...CHANNEL_OPTIONS, ...tlsOptions(address, context.tls) }
  const client = new Client(targetOf(address), credentialsFor(address, context.tls), options)
  const metadata = callMetadata(context.token, lease.leaseId)
  // On another machine, an equal process ID is that of a stranger.
  if (isLocal(address) && SharedMemory.canOpen(pid)) metadata.set(PID_KEY, String(process.pid))
  const stream = withoutStack(() =>
    client.makeBidiStreamRequest(SESSION, encodeFrame, WorkerFrame.decode, metadata),
  )
  const channel: SessionChannel = { stream, sharesMemory: false, printed: 0, close: () => client.close() }
  followOutput(channel, lease)
  stream.on('metadata', (answer) => {
    channel.sharesMemory = answer.get(MEMORY_KEY).length > 0
  })
  return channel
}

/** A worker on another machine says how much it has printed, because what it prints is read from a copy. */
function followOutput(channel: SessionChannel, { node }: Lease): void {
  if (node === '') return
  channel.stream.on('data', ({ printed }: WorkerFrame) => {
    channel.printed = Math.max(channel.printed, printed)
  })
}

/**
 * Opens the session and has Python answer once. The first answer of a process that was just forked is slow, and no test
 * has to wait for it.
 */
export function warmUp(lease: Lease): void {
  // The first call of a worker waits for a debugger. That must be a call of the test.
  if (lease.context.isDebugged) return
  // The session drops the answer, because no call has the number 0.
  const kind = startMessage({ name: 'None', verb: Verb.EVAL })
  openSession(lease).stream.write({ call: 0, kind })
}

/** Bytes that the worker of a lease had printed at its last answer, if it is on another machine; else 0. */
export function printedBy(lease: Lease): number {
  return channels.get(lease)?.printed ?? 0
}

/** Closes the session of a lease if one was opened. */
export function closeSession(lease: Lease): void {
  const channel = channels.get(lease)
  channel?.stream.cancel()
  channel?.close()
}
