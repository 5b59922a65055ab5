import { createServer, type Socket } from 'node:net'
import type { Pool } from '../leasing/pool.ts'
import { listenOn } from '../run/listenOn.ts'
import type { Join } from './join.ts'

/** The server on `broker.sock`, from which test processes lease workers. */
export interface Broker {
  close(): void
}

/**
 * Listens for test processes. The first connection loads gRPC, so a run without Python does not pay for it. Nothing here
 * keeps the runner alive: it ends when it would end without us.
 *
 * @param onFirst called with the first connection. gRPC is loaded when it has resolved; meanwhile, nothing else can happen
 * in this process
 * @throws SetupError RUNS_DIRECTORY_UNWRITABLE
 */
export async function listenForTests(pool: Pool, join: Join, onFirst = async () => {}): Promise<Broker> {
  const sockets = new Set<Socket>()
  let serving: Promise<{ inject(socket: Socket): void; close(): void }> | undefined
  // Paused until gRPC is loaded: gRPC would lose the bytes that Node reads before.
  const server = createServer({ pauseOnConnect: true }, async (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.unref()
    try {
      serving ??= onFirst()
        .then(() => import('./brokerService.ts'))
        .then(({ serveLeases }) => serveLeases(pool, join))
      ;(await serving).inject(socket)
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
      void serving?.then(
        (service) => service.close(),
        () => {},
      )
    },
  }
}
