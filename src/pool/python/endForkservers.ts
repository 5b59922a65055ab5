import type { Signaller } from '../../process/run/signal.ts'
import { withDeadline } from '../../support/deadline.ts'
import type { Forkserver } from './forkserver.ts'
import type { ArmedPython } from './runtime.ts'

/** For a forkserver to end by itself after its workers. */
export const FORKSERVER_TIMEOUT_MS = 2_000

/** Asks each forkserver of a machine to kill its remaining workers and to end. One that does not end in time is killed. */
export async function endForkservers(
  { outdated, forkserver }: Pick<ArmedPython, 'outdated' | 'forkserver'>,
  signal: Signaller,
): Promise<void> {
  const ending = [...outdated.values(), ...(forkserver ? [forkserver] : [])].map(async (starting) => {
    const up = await starting.catch(() => undefined)
    if (up) await endForkserver(up, signal)
  })
  await Promise.all(ending)
}

async function endForkserver(forkserver: Forkserver, signal: Signaller): Promise<void> {
  forkserver.exit()
  await withDeadline(forkserver.ended, FORKSERVER_TIMEOUT_MS, 'the forkserver to end').catch(() =>
    signal([forkserver], 'SIGKILL'),
  )
}
