import { createHash } from 'node:crypto'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makePrivate, runsDirectory } from '../../process/run/runDirectory.ts'
import { isSameProcessAlive, ownIdentity } from '../../process/system/identify.ts'
import { system } from '../../process/system/system.ts'
import { SetupError } from '../../support/errors.ts'

const RETRY_INTERVAL_MS = 200

/**
 * Does `work` while no other process of this user works on the same `subject`.
 *
 * @param limits `timeout`: milliseconds to wait for the other process; `waiting`: called once if it has to wait
 * @throws SetupError PROJECT_BUSY if the time is over, or if `signal` aborts
 */
export async function exclusively<T>(
  subject: string,
  limits: { timeout: number; signal: AbortSignal; waiting(): void },
  work: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + limits.timeout
  let release = take(subject)
  if (!release) limits.waiting()
  while (!release) {
    if (performance.now() > until || limits.signal.aborted)
      throw new SetupError(
        'PROJECT_BUSY',
        `Another process is still working on ${subject}. Run this again when it has finished.`,
      )
    // Random, so two processes that blocked each other do not do so again and again.
    await sleep(RETRY_INTERVAL_MS * (0.5 + Math.random()))
    release = take(subject)
  }
  return work().finally(release)
}

/**
 * Writes a claim, and withdraws it if another living process has one: of two processes that come at the same time, at
 * least one sees the other. A claim's name contains its owner, so removing a dead owner's claim never removes another.
 */
function take(subject: string): (() => void) | undefined {
  const directory = runsDirectory()
  makePrivate(directory)
  const hash = createHash('sha256').update(`${system.pidNamespace()}\n${subject}`).digest('hex')
  const prefix = `setup-${hash.slice(0, 16)}.`
  const { pid, startTime } = ownIdentity()
  const own = `${prefix}${pid}.${encodeURIComponent(startTime)}`
  try {
    writeFileSync(join(directory, own), '', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    // This process itself holds the claim.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
  const release = () => rmSync(join(directory, own), { force: true })
  const others = readdirSync(directory).filter((name) => name.startsWith(prefix) && name !== own)
  const alive = others.filter((name) => isHeld(name.slice(prefix.length)))
  for (const name of others) if (!alive.includes(name)) rmSync(join(directory, name), { force: true })
  if (alive.length === 0) return release
  release()
  return undefined
}

function isHeld(owner: string): boolean {
  const [pid = '', startTime = ''] = owner.split(/\.(.*)/)
  return isSameProcessAlive({ pid: Number(pid), startTime: decodeURIComponent(startTime) })
}
