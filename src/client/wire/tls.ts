import { createRequire } from 'node:module'
import type { OnReadOpts } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'
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

/**
 * Options of a TLS connection to a worker, with the names of Node's `tls.connect`. Certificates and key are PEM. Worker and
 * test accept each other's certificate, and no other.
 */
export interface PythonTls {
  /** The certificate of the workers. */
  readonly ca: string
  /** The certificate of the tests, and its private key. */
  readonly cert: string
  readonly key: string
  /** The name in the certificate of the workers, whatever their host is called. */
  readonly servername: string
}

const require = createRequire(import.meta.url)

const UNIX = /^unix:/
/** The address of a session on a network. */
const TLS = /^tls:(.+):(\d+)$/

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

/** Reading the keys takes as long as a handshake, so it is done once. */
const contexts = new WeakMap<TlsIdentity, SecureContext>()

function contextOf(tls: TlsIdentity): SecureContext {
  const { createSecureContext } = require('node:tls') as typeof import('node:tls')
  const known = contexts.get(tls)
  const context = known ?? createSecureContext({ ca: tls.peer, key: tls.key, cert: tls.certificate })
  contexts.set(tls, context)
  return context
}

function certificatesOf(tls: TlsIdentity | undefined, address: string): TlsIdentity {
  if (tls) return tls
  throw new LeaseError(`The worker at ${address} is on a network, and this run has no certificates.`)
}

/** Whether this session socket is on a network: `tls:host:port`. */
export function isOnNetwork(session: string): boolean {
  return TLS.test(session)
}

/** Connects to a session on a network. Its certificate names the run, because hosts come and go. */
export function connectByTls(session: string, given: TlsIdentity | undefined, onread: OnReadOpts): TLSSocket {
  const tls = certificatesOf(given, session)
  const [, host, port] = TLS.exec(session) as unknown as [string, string, string]
  const { connect } = require('node:tls') as typeof import('node:tls')
  const options = {
    host,
    port: Number(port),
    servername: tls.name,
    secureContext: contextOf(tls),
    // The environment variable NODE_TLS_REJECT_UNAUTHORIZED sets the default.
    rejectUnauthorized: true,
    onread,
  }
  return connect(options).setNoDelay()
}

/** Credentials of a channel to a worker. Those of a Unix socket are its file's mode. */
export function credentialsFor(address: string, tls: TlsIdentity | undefined): ChannelCredentials {
  const { credentials } = loadGrpc()
  if (isLocal(address)) return credentials.createInsecure()
  return credentials.createFromSecureContext(contextOf(certificatesOf(tls, address)))
}

/** Options for clients that are not ours; `undefined` for a Unix socket. */
export function pythonTls(address: string, tls: TlsIdentity | undefined): PythonTls | undefined {
  if (isLocal(address) || !tls) return undefined
  return { ca: tls.peer, cert: tls.certificate, key: tls.key, servername: tls.name }
}

/** Options of a channel to a worker. Its certificate names the run, because hosts come and go. */
export function tlsOptions(address: string, tls: TlsIdentity | undefined): ClientOptions {
  return isLocal(address) || !tls ? {} : { 'grpc.ssl_target_name_override': tls.name }
}
