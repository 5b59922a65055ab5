import { expect, test } from 'vitest'
import { vitestPython } from '../support/cli.ts'
import { isAlive } from '../support/identity.ts'
import type { Layer } from '../support/layers.ts'
import { Random } from '../support/random.ts'
import type { ChaosRun, Scenario } from '../support/run.ts'
import { withScene } from '../support/scene.ts'
import { drawStrike, type Strike, throwStrike } from '../support/strike.ts'

const rounds = Number(process.env['CHAOS_STORM'] ?? 12)
const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const only = process.env['CHAOS_ROUND']
/** Runs everything as a user without privileges, which takes tests that run as root. */
const unprivileged = process.env['CHAOS_UNPRIVILEGED'] !== undefined
const SIDE_BY_SIDE = 3

/** The target had not started, or was over. */
const NOT_RUNNING = 'not running'
const DAEMONS = ['daemon', 'daemon_bare', 'daemon_fork', 'daemon_wiped'] as const

test('a storm of signals leaves nothing', { timeout: 7_200_000 }, async () => {
  console.log(`storm of ${rounds} rounds, seed ${seed}${unprivileged ? ', without privileges' : ''}`)
  const queue = only ? [Number(only)] : Array.from({ length: rounds }, (_, n) => n + 1)
  const failures: string[] = []
  const tally = new Map<string, number>()
  const began = performance.now()
  let done = 0
  const work = async () => {
    for (let round = queue.shift(); round !== undefined; round = queue.shift()) {
      const outcome = await playRound(round).catch((error: Error) => ({
        what: `${error.message}`,
        failed: true,
      }))
      done += 1
      tally.set(
        outcome.failed ? 'failed' : outcome.what,
        (tally.get(outcome.failed ? 'failed' : outcome.what) ?? 0) + 1,
      )
      if (outcome.failed) {
        const replay = `npm run chaos -- --storm ${rounds} --seed ${seed} --round ${round}${unprivileged ? ' --unprivileged' : ''}`
        failures.push(`round ${round}: ${outcome.what}\nto repeat: ${replay}`)
        console.error(failures.at(-1))
      }
      if (done % 50 === 0) console.log(`${done} rounds, ${failures.length} failed, ${rate(done, began)}`)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  console.log(`${done} rounds, ${failures.length} failed, ${rate(done, began)}\n${table(tally)}`)
  expect(failures).toEqual([])
  const missed = [...tally].filter(([what]) => what.endsWith(NOT_RUNNING)).reduce((sum, [, n]) => sum + n, 0)
  // A few rounds prove nothing about the share.
  expect(missed).toBeLessThan(done < 100 ? Number.POSITIVE_INFINITY : done * 0.6)
})

test('control: without the owner watch, the same storm finds survivors', async () => {
  for (let round = 1; round <= 20; round++) {
    const { failed, what } = await playRound(round, ['owner watch'])
    if (failed) return expect(what).toContain('survivors')
  }
  expect.unreachable('twenty rounds found nothing')
})

/** A round depends only on the seed, its number, and the load of the machine. */
async function playRound(round: number, without: Layer[] = []): Promise<{ what: string; failed: boolean }> {
  const random = new Random(seed * 7919 + round)
  const daemon = random.chance(0.4) ? random.pick(DAEMONS) : undefined
  const tests: Scenario[] = [1, 2, 3].map((n) => ({
    name: `test ${n}`,
    concurrent: n < 3,
    hold: Math.round(random.between(0, 400)),
    ...(daemon && n === 2 ? { calls: [[daemon]] } : {}),
  }))
  const strike = drawStrike(random)
  const ungrouped: Layer[] = random.chance(0.5) ? ['control group'] : []
  return withScene({ without: [...ungrouped, ...without], unprivileged }, async (scene) => {
    const run = scene.start({ tests })
    const hit = await throwStrike(strike, run)
    const { exitCode, output } = await run.ended
    const left = await scene.survivors(1_000)
    const about = `${JSON.stringify(strike)} hit ${hit.length}, daemon ${daemon}, exit ${exitCode}`
    const fail = (what: string) => ({
      failed: true,
      what: `${what} (${about}): ${left}\n${output.replace(/^/gm, '    ')}`,
    })
    if (left.length > 0 && !guardless(strike, run)) return fail('survivors')
    if (left.length > 0) await vitestPython(scene, 'verify', '--reap')
    const stubborn = await scene.survivors(500)
    if (stubborn.length > 0) return fail('survivors of verify --reap')
    if (mustFail(strike, hit.length, run, daemon) && exitCode === 0) return fail('exit code 0')
    return {
      failed: false,
      what: label(strike, hit.length) + (left.length > 0 ? ', ended by verify --reap' : ''),
    }
  })
}

/** Whether runner and reaper were killed, so no process was left to end the daemons. */
function guardless({ target }: Strike, run: ChaosRun): boolean {
  const reaper = run.roles().get('reaper')
  return target === 'runner and reaper' && !(reaper && isAlive(reaper))
}

/** Whether the reaper was killed while the runner was alive, or a test has left a daemon. */
function mustFail(
  { target, signal }: Strike,
  hit: number,
  run: ChaosRun,
  daemon: string | undefined,
): boolean {
  const lethal = signal === 'SIGKILL' || signal === 'SIGSTOP'
  const allOver = run.events('over').length === 3
  if (target === 'reaper' && lethal && hit > 0 && !allOver) return true
  return daemon !== undefined && run.events(daemon).length > 0
}

function label({ target, signal }: Strike, hit: number): string {
  return hit === 0 ? `${target} ${NOT_RUNNING}` : `${signal} to ${target}`
}

function rate(done: number, began: number): string {
  return `${(done / ((performance.now() - began) / 1000)).toFixed(2)} rounds/s`
}

function table(tally: Map<string, number>): string {
  return [...tally]
    .sort()
    .map(([what, count]) => `  ${`${count}`.padStart(5)}  ${what}`)
    .join('\n')
}
