import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { afterEach, expect, test, vi } from 'vitest'
import { connectByTls, isOnNetwork, type TlsIdentity } from '../../../../src/client/wire/tls.ts'
import { makeCertificates } from '../../../../src/pool/run/certificates.ts'

const NAME = 'abc1234.vitest-python'
const closing: (() => void)[] = []

afterEach(() => {
  vi.unstubAllEnvs()
  for (const close of closing.splice(0)) close()
})

/** A session socket that answers with the bytes that it gets. @returns its address */
async function serve({ key, certificate, peer }: TlsIdentity): Promise<string> {
  const options = { key, cert: certificate, ca: peer, requestCert: true }
  const server = createServer(options, (socket) => socket.on('error', () => {}).pipe(socket))
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  return `tls:127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The first bytes that come back, or the code of the error. */
function echoed(session: string, tls: TlsIdentity): Promise<string> {
  return new Promise((resolve) => {
    const buffer = Buffer.alloc(100)
    const callback = (bytes: number) => {
      resolve(buffer.toString('utf8', 0, bytes))
      return true
    }
    const socket: TLSSocket = connectByTls(session, tls, { buffer, callback })
    socket.on('error', (error: Error & { code: string }) => resolve(error.code))
    // As a session does, before the connection is there.
    socket.write('hello')
    closing.push(() => socket.destroy())
  })
}

test('the two sides of a run reach each other', async () => {
  const run = makeCertificates(NAME)
  expect(await echoed(await serve(run.server), run.client)).toBe('hello')
})

test('a worker with another certificate is refused, even if Node is told to accept any', async () => {
  const [run, other] = [makeCertificates(NAME), makeCertificates(NAME)]
  const session = await serve({ ...other.server, peer: run.client.certificate })
  expect(await echoed(session, run.client)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  expect(await echoed(session, run.client)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
})

test('the worker of another run is refused by its name', async () => {
  const run = makeCertificates(NAME)
  const session = await serve(run.server)
  expect(await echoed(session, { ...run.client, name: 'other01.vitest-python' })).toBe(
    'ERR_TLS_CERT_ALTNAME_INVALID',
  )
})

test('without certificates, no connection is made', () => {
  const onread = { buffer: Buffer.alloc(1), callback: () => true }
  expect(() => connectByTls('tls:10.0.0.7:41235', undefined, onread)).toThrow(
    'The worker at tls:10.0.0.7:41235 is on a network, and this run has no certificates.',
  )
})

test('the address of a session on a network is no path', () => {
  expect(isOnNetwork('tls:10.0.0.7:41235')).toBe(true)
  expect(isOnNetwork('tls:fd00::7:41235')).toBe(true)
  expect(isOnNetwork('/run/vitest-python/abc1234/workers/w1.call')).toBe(false)
})
