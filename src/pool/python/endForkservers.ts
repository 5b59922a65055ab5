import type { Signaller } from '../../process/run/signal.ts'
import { withDeadline } from '../../support/deadline.ts'
import type { Forkserver } from './forkserver.ts'

/** The forkservers of a machine: the one in use, and those of earlier epochs. All may still be starting. */
export interface Forkservers {
  readonly forkserver: Promise<Forkserver> | undefined
  readonly outdated: ReadonlyMap<number, Promise<Forkserver>>
}

/** For a forkserver to end by itself after its workers. */
export const FORKSERVER_TIMEOUT_MS = 2_000

/** Ends each forkserver of a machine. */
export async function endForkservers(
  { outdated, forkserver }: Forkservers,
  signal: Signaller,
): Promise<void> {
  const ending = [...outdated.values(), ...(forkserver ? [forkserver] : [])].map(async (starting) => {
    const up = await starting.catch(() => undefined)
    if (up) await endForkserver(up, signal)
  })
  await Promise.all(ending)
}

/** Asks a forkserver to kill its workers and to end. If it does not end in time, it is killed. */
export async function endForkserver(forkserver: Forkserver, signal: Signaller): Promise<void> {
  forkserver.exit()
  await withDeadline(forkserver.ended, FORKSERVER_TIMEOUT_MS, 'the forkserver to end').catch(() =>
    signal([forkserver], 'SIGKILL'),
  )
}
