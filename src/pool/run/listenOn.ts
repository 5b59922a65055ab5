import type { Server } from 'node:net'
import { SetupError } from '../../support/errors.ts'

/**
 * Listens on a Unix socket in the run directory. The server does not keep the runner alive.
 *
 * @throws SetupError RUNS_DIRECTORY_UNWRITABLE, for example if the disk is full
 */
export async function listenOn(server: Server, path: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } catch (cause) {
    throw new SetupError(
      'RUNS_DIRECTORY_UNWRITABLE',
      `Cannot create the socket ${path}: ${(cause as Error).message}. Set XDG_RUNTIME_DIR to a writable directory with free space.`,
      { cause },
    )
  }
  server.unref()
}
