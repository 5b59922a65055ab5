import { timed } from '../harness/interleave.ts'
import { type BareServer, startBareServer } from './bareServer.ts'

/** Starts Python from scratch, as a test without this package would: interpreter, imports, server, connection, first call. */
export async function coldWorker(): Promise<number> {
  let server: BareServer | undefined
  const took = await timed(async () => {
    server = await startBareServer()
    await server.unary(new Uint8Array(10))
  })
  await server?.stop()
  return took
}
