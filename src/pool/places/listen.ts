import { LISTEN_VARIABLE } from '../../process/run/protocol.ts'
import type { RunCertificates } from '../run/certificates.ts'

/**
 * The environment variable that has the workers of a machine listen on a network. Its reaper takes it away before it
 * starts a program; see docs/protocol.md.
 *
 * @param host an IP address of that machine
 */
export function listenVariable(host: string, { server }: RunCertificates): Record<string, string> {
  const { key, certificate, peer } = server
  return { [LISTEN_VARIABLE]: JSON.stringify({ host, tls: { key, certificate, peer } }) }
}
