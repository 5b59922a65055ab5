import { createServer, type Socket } from 'node:net'
import type { Pool } from '../leasing/pool.ts'
import { listenOn } from '../run/listenOn.ts'
import type { Join } from './join.ts'

/** The server on `broker.sock`, from which test processes lease workers. */
export interface Broker {
  close(): void
}

/**
 * Listens for test processes. The first connection loads what serves them, so a run without Python does not pay for it.
 * Nothing here keeps the runner alive: it ends when it would end without us.
 *
 * @throws SetupError RUNS_DIRECTORY_UNWRITABLE
 */
export async function listenForTests(pool: Pool, join: Join): Promise<Broker> {
  const sockets = new Set<Socket>()
  // Paused until the service is loaded, which would miss the bytes that Node reads before.
  const server = createServer({ pauseOnConnect: true }, async (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.unref()
    try {
      const { serveTests } = await import('./brokerService.ts')
      serveTests(socket, pool, join)
      socket.resume()
    } catch {
      // Vitest has closed the loader of a linked package, because it starts again: this run has ended.
      socket.destroy()
    }
  })
  await listenOn(server, pool.run.brokerPath)
  return {
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
