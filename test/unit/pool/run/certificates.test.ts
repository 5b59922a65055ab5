import { X509Certificate } from 'node:crypto'
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js'
import { execaSync } from 'execa'
import { afterEach, expect, test } from 'vitest'
import { credentialsFor, type TlsIdentity, tlsOptions } from '../../../../src/client/wire/tls.ts'
import { makeCertificates } from '../../../../src/pool/run/certificates.ts'

const NAME = 'abc1234.vitest-python'
const DAY = 24 * 3_600_000

test('a certificate is its own root, and has the name and the time of its run', () => {
  const { server, client } = makeCertificates(NAME)
  for (const { certificate, peer } of [server, client]) {
    const parsed = new X509Certificate(certificate)
    expect(parsed.verify(parsed.publicKey)).toBe(true)
    expect(parsed.subject).toBe(`CN=${NAME}`)
    expect(parsed.checkHost(NAME)).toBe(NAME)
    expect(parsed.checkHost('other01.vitest-python')).toBeUndefined()
    expect(parsed.ca).toBe(false)
    expect(parsed.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
    const days = (Date.parse(parsed.validTo) - Date.now()) / DAY
    expect(days).toBeGreaterThan(6)
    expect(days).toBeLessThan(8)
    expect(peer).not.toBe(certificate)
  }
  expect(server.peer).toBe(client.certificate)
  expect(client.peer).toBe(server.certificate)
  expect(new X509Certificate(server.certificate).keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  expect(new X509Certificate(client.certificate).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
})

test('OpenSSL reads a certificate, also one of the year 2050', ({ skip }) => {
  const { failed } = execaSync('openssl', ['version'], { reject: false })
  if (failed) skip('there is no openssl')
  for (const now of [Date.now(), Date.UTC(2051, 1)]) {
    const { server } = makeCertificates(NAME, now)
    const { stdout } = execaSync('openssl', ['x509', '-noout', '-text'], { input: server.certificate })
    expect(stdout).toContain('ecdsa-with-SHA256')
    expect(stdout).toContain(`DNS:${NAME}`)
    expect(stdout).toMatch(new RegExp(`Not Before.* ${new Date(now - 3_600_000).getUTCFullYear()} GMT`))
  }
})

test('serial numbers differ', () => {
  const serials = Array.from({ length: 8 }, () => makeCertificates(NAME).server.certificate).map(
    (certificate) => new X509Certificate(certificate).serialNumber,
  )
  expect(new Set(serials).size).toBe(8)
})

const started: (() => void)[] = []
afterEach(() => {
  for (const end of started.splice(0)) end()
})

async function serve({ key, certificate, peer }: TlsIdentity): Promise<string> {
  const server = new Server()
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(certificate) }
  const port = await new Promise<number>((resolve, reject) => {
    const secure = ServerCredentials.createSsl(Buffer.from(peer), [pair], true)
    server.bindAsync('127.0.0.1:0', secure, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  started.push(() => server.forceShutdown())
  return `127.0.0.1:${port}`
}

/** UNIMPLEMENTED if the connection comes up, UNAVAILABLE if it is refused. */
async function statusOf(client: Client): Promise<number> {
  started.push(() => client.close())
  const plain = (value: Buffer) => value
  return new Promise((resolve) => {
    const deadline = Date.now() + 3_000
    client.makeUnaryRequest('/a/b', plain, plain, Buffer.of(), { deadline }, (error) =>
      resolve(error?.code ?? 0),
    )
  })
}

const dial = (address: string, tls: TlsIdentity) =>
  statusOf(new Client(address, credentialsFor(address, tls), tlsOptions(address, tls)))

const UNIMPLEMENTED = 12
const UNAVAILABLE = 14

test('the two sides of a run reach each other', async () => {
  const run = makeCertificates(NAME)
  expect(await dial(await serve(run.server), run.client)).toBe(UNIMPLEMENTED)
})

test('expired, foreign and missing certificates are refused', async () => {
  const run = makeCertificates(NAME)
  const other = makeCertificates(NAME)
  const old = makeCertificates(NAME, Date.now() - 30 * DAY)
  const address = await serve(run.server)
  const { client } = run
  // A client of another run that knows the server's certificate.
  expect(await dial(address, { ...other.client, peer: client.peer })).toBe(UNAVAILABLE)
  // A client that gets to another run's server.
  expect(await dial(await serve({ ...other.server, peer: client.certificate }), client)).toBe(UNAVAILABLE)
  expect(await dial(address, { ...client, name: 'other01.vitest-python' })).toBe(UNAVAILABLE)
  // The server's own pair is not a client's.
  expect(await dial(address, { ...run.server, peer: client.peer })).toBe(UNAVAILABLE)
  expect(await dial(await serve(old.server), old.client)).toBe(UNAVAILABLE)
  const bare = credentials.createSsl(Buffer.from(client.peer))
  expect(await statusOf(new Client(address, bare, tlsOptions(address, client)))).toBe(UNAVAILABLE)
  expect(await statusOf(new Client(address, credentials.createInsecure()))).toBe(UNAVAILABLE)
})

test('a worker on a network is not called without certificates', () => {
  expect(() => credentialsFor('10.0.0.7:41235', undefined)).toThrow('this run has no certificates')
})
