import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { TlsIdentity } from '../../client/wire/tls.ts'
import { bits, integer, objectId, octets, optional, sequence, set, TRUE, text, time } from './der.ts'

/** The certificates of a run. Each side accepts the other's, and no other. */
export interface RunCertificates {
  /** For workers that listen on a network. */
  readonly server: TlsIdentity
  /** For test processes. */
  readonly client: TlsIdentity
}

/** Watch mode may run for days. */
const VALID_MS = 7 * 24 * 3_600_000
/** The clocks of two machines may differ. */
const SKEW_MS = 3_600_000

const ECDSA_SHA256 = sequence(objectId(1, 2, 840, 10045, 4, 3, 2))
const SERVER_AUTH = objectId(1, 3, 6, 1, 5, 5, 7, 3, 1)
const CLIENT_AUTH = objectId(1, 3, 6, 1, 5, 5, 7, 3, 2)

/** Makes two self-signed certificates, in memory. @param name the server's, instead of that of its host */
export function makeCertificates(name: string, now = Date.now()): RunCertificates {
  const server = selfSigned(name, SERVER_AUTH, now)
  const client = selfSigned(name, CLIENT_AUTH, now)
  return {
    server: { ...server, peer: client.certificate, name },
    client: { ...client, peer: server.certificate, name },
  }
}

function selfSigned(name: string, usage: Buffer, now: number): Pick<TlsIdentity, 'key' | 'certificate'> {
  const { privateKey: key } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const body = bodyOf(name, usage, createPublicKey(key).export({ type: 'spki', format: 'der' }), now)
  const signature = bits(sign('sha256', body, createPrivateKey(key)))
  return { key, certificate: pem(sequence(body, ECDSA_SHA256, signature)) }
}

/** `TBSCertificate` of RFC 5280. */
function bodyOf(name: string, usage: Buffer, publicKey: Buffer, now: number): Buffer {
  const subject = sequence(set(sequence(objectId(2, 5, 4, 3), text(name))))
  return sequence(
    optional(0, integer(2)),
    integer(...randomBytes(15)),
    ECDSA_SHA256,
    subject,
    sequence(time(now - SKEW_MS), time(now + VALID_MS)),
    subject,
    publicKey,
    optional(
      3,
      sequence(
        // It can sign no other certificate.
        sequence(objectId(2, 5, 29, 19), TRUE, octets(sequence())),
        sequence(objectId(2, 5, 29, 37), octets(sequence(usage))),
        sequence(objectId(2, 5, 29, 17), octets(sequence(text(name, 0x82)))),
      ),
    ),
  )
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}
