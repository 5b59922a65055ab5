import { setTimeout as sleep } from 'node:timers/promises'
import { type Identity, isAlive, send } from './identity.ts'
import type { Random } from './random.ts'
import type { ChaosRun } from './run.ts'

const SIGNALS = ['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGSTOP'] as const
const TARGETS = ['runner', 'runner', 'reaper', 'forkserver', 'worker', 'runner and reaper'] as const

/** The signal of a round: its target and its time. */
export interface Strike {
  /** The event from which `at` counts: the start of Vitest, or the first process of a role. */
  from: 'start' | 'reaper' | 'w1'
  /** Milliseconds. */
  at: number
  target: (typeof TARGETS)[number]
  /** SIGSTOP is followed by SIGKILL. */
  signal: (typeof SIGNALS)[number]
  /** Milliseconds between SIGSTOP and SIGKILL. */
  pause: number
}

/** Milliseconds that a run of the fixture takes in total, and with Python. */
const MAX_AT = { start: 2_500, reaper: 900, w1: 900 }

export function drawStrike(random: Random): Strike {
  const from = random.pick(['start', 'reaper', 'w1', 'w1'] as const)
  return {
    from,
    at: Math.round(random.between(0, MAX_AT[from])),
    target: random.pick(TARGETS),
    signal: random.pick(SIGNALS),
    pause: Math.round(random.between(0, 400)),
  }
}

/** The living processes of the strike's target. */
export function aim({ target }: Strike, run: ChaosRun): Identity[] {
  const roles = [...run.roles()]
  const named = (pattern: RegExp) => roles.filter(([id]) => pattern.test(id)).map(([, identity]) => identity)
  const found = {
    runner: () => [run.runner],
    reaper: () => named(/^reaper$/),
    forkserver: () => named(/^forkserver/).slice(-1),
    worker: () => named(/^w\d/),
    'runner and reaper': () => [run.runner, ...named(/^reaper$/)],
  }[target]()
  return found.filter(isAlive)
}

/** Sends the signals. Returns the processes that got them: none if the run was over before its role was seen. */
export async function throwStrike(strike: Strike, run: ChaosRun): Promise<Identity[]> {
  // On a busy machine, three rounds in one process can look away from a run for as long as it takes.
  if (strike.from !== 'start') await run.role(strike.from).catch(() => {})
  await sleep(strike.at)
  const hit = aim(strike, run).filter((identity) => send(identity, strike.signal))
  if (strike.signal === 'SIGSTOP') {
    await sleep(strike.pause)
    for (const identity of hit) send(identity, 'SIGKILL')
  }
  return hit
}
