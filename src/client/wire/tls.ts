import type { ChannelCredentials, ClientOptions } from '@grpc/grpc-js'
import { LeaseError } from '../errors/errors.ts'
import { loadGrpc } from './grpc.ts'

/** One side of a connection by mutual TLS, all as PEM. */
export interface TlsIdentity {
  readonly key: string
  readonly certificate: string
  /** The other side's certificate, the only one that is accepted. */
  readonly peer: string
  /** The name in the server's certificate. */
  readonly name: string
}

const UNIX = /^unix:/

/** Whether this gRPC target is a socket of this machine. A process on another one may have an equal process ID. */
export function isLocal(address: string): boolean {
  return UNIX.test(address)
}

/**
 * The target of a channel to a worker. With a scheme, grpc-js connects to an IP address at once; without one, it waits for
 * `setImmediate`, which a test may have faked.
 */
export function targetOf(address: string): string {
  if (isLocal(address)) return address
  return address.startsWith('[') ? `ipv6:${address}` : `ipv4:${address}`
}

/** Credentials of a channel to a worker. Those of a Unix socket are its file's mode. */
export function credentialsFor(address: string, tls: TlsIdentity | undefined): ChannelCredentials {
  const { credentials } = loadGrpc()
  if (isLocal(address)) return credentials.createInsecure()
  if (!tls)
    throw new LeaseError(`The worker at ${address} is on a network, and this run has no certificates.`)
  return credentials.createSsl(Buffer.from(tls.peer), Buffer.from(tls.key), Buffer.from(tls.certificate))
}

/** Options of a channel to a worker. Its certificate names the run, because hosts come and go. */
export function tlsOptions(address: string, tls: TlsIdentity | undefined): ClientOptions {
  return isLocal(address) || !tls ? {} : { 'grpc.ssl_target_name_override': tls.name }
}
