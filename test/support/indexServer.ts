import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const PROGRAM = fileURLToPath(new URL('indexServer.py', import.meta.url))
const DEADLINE = 120_000

/** A server that answers every request with `status`. With `tls`, it uses an untrusted certificate in that directory. */
export async function startServer(status: number, tls?: string) {
  const files = tls === undefined ? [] : [join(tls, 'certificate.pem'), join(tls, 'key.pem')]
  if (tls !== undefined) {
    const [certificate, key] = files as [string, string]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const request = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-out',
      certificate,
      '-keyout',
      key,
    ]
    execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' })
  }
  const server = execa('python3', [PROGRAM, `${status}`, ...files], { reject: false, timeout: DEADLINE })
  const port = await new Promise<string>((resolve, reject) => {
    server.stdout.once('data', (data: Buffer) => resolve(`${data}`.trim()))
    void server.then(({ stderr }) => reject(new Error(`the server did not start: ${stderr}`)))
  })
  return { port, [Symbol.dispose]: () => void server.kill('SIGKILL') }
}
