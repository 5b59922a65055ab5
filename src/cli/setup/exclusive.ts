import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SetupError } from '../../process/errors.ts'

const PAUSE = 200

/**
 * Does `work` while no other process on this machine does it for the same `subject`. The lock is the name of an
 * abstract socket: the kernel gives it to one process, and takes it back whatever becomes of that one.
 *
 * @param patience milliseconds to wait for the other one
 * @throws SetupError PROJECT_BUSY when that time is over, or `signal` aborts
 */
export async function exclusively<T>(
  subject: string,
  limits: { patience: number; signal: AbortSignal; waiting(): void },
  work: () => Promise<T>,
): Promise<T> {
  const name = `\0vitest-python-${createHash('sha256').update(subject).digest('hex')}`
  const until = performance.now() + limits.patience
  let release = await take(name)
  if (!release) limits.waiting()
  while (!release) {
    if (performance.now() > until || limits.signal.aborted)
      throw new SetupError(
        'PROJECT_BUSY',
        `Another process is still at work on ${subject}; run again when it has finished.`,
      )
    await sleep(PAUSE)
    release = await take(name)
  }
  return work().finally(release)
}

function take(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(name, () => resolve(() => server.close()))
  })
}
