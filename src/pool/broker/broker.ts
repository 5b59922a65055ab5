import { createServer, type Socket } from 'node:net'
import type { Pool } from '../leasing/pool.ts'
import type { Join } from './join.ts'

/** Where test processes lease workers: `broker.sock`. */
export interface Broker {
  close(): void
}

/**
 * Listens for test processes. gRPC is loaded with the first of them, so that a run without Python does not pay for it.
 */
export async function listenForTests(pool: Pool, join: Join): Promise<Broker> {
  const sockets = new Set<Socket>()
  let serving: Promise<{ inject(socket: Socket): void; close(): void }> | undefined
  // Paused until gRPC is there: bytes that Node had read before would be lost to it.
  const server = createServer({ pauseOnConnect: true }, async (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    serving ??= import('./brokerService.ts').then(({ serveLeases }) => serveLeases(pool, join))
    ;(await serving).inject(socket)
    socket.resume()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(pool.run.brokerPath, resolve)
  })
  return {
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      void serving?.then((service) => service.close())
    },
  }
}
