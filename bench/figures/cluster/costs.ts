import { interleave, timed } from '../../harness/interleave.ts'
import { firstAnswer } from '../../support/firstAnswer.ts'
import { oneByOne } from '../../support/oneByOne.ts'
import type { BenchRun } from '../../support/run.ts'
import { ECHO, each, type Kind, openKind, withKinds } from './kinds.ts'

const TEXT = 'x'.repeat(100)
const CALLS = 200

export type Samples = Record<Kind, number[]>

/** Samples of each kind, all in milliseconds except `call`, which is in microseconds. */
export interface Costs {
  /** A lease that was prefetched, from the request of the test to its first answer. */
  readonly prefetched: Samples
  /** The same from a spare, to which the test process connects only then. */
  readonly spare: Samples
  /** The same without a spare, so that a worker is forked first. */
  readonly forked: Samples
  /** A call of 100 B. */
  readonly call: Samples
  /** The first answer of a run whose Python isn't started. */
  readonly nothing: Samples
  /** The end of such a run, with its verdict. */
  readonly end: Samples
}

export async function measureCosts(): Promise<Costs> {
  const spares = await withKinds({}, async (runs) => ({
    prefetched: await interleave(
      30,
      each((kind) => () => prefetched(runs[kind])),
    ),
    spare: await interleave(
      30,
      each((kind) => () => spare(runs[kind])),
    ),
    call: await measureCalls(runs),
  }))
  const forked = await withKinds({ spares: 0 }, (runs) =>
    interleave(
      20,
      each((kind) => () => fork(runs[kind])),
    ),
  )
  return { ...spares, forked, ...(await measureRuns()) }
}

/** The worker was leased and has answered while the test before was running. */
async function prefetched(run: BenchRun): Promise<number> {
  await run.leases.prefetch('bench.test.ts')
  await run.settle(({ idle }) => idle >= 2, 'two spares')
  return firstAnswer(run, ECHO)
}

async function spare(run: BenchRun): Promise<number> {
  await run.leases.releasePrefetched()
  await run.settle(({ idle, workers }) => idle >= 2 && idle === workers, 'two spares that nobody holds')
  return firstAnswer(run, ECHO)
}

async function fork(run: BenchRun): Promise<number> {
  await run.settle(({ workers }) => workers === 0, 'no workers')
  return firstAnswer(run, ECHO)
}

async function measureCalls(runs: Record<Kind, BenchRun>): Promise<Samples> {
  const tests = each((kind) => runs[kind].test())
  const clients = {
    socket: await tests.socket.lease(),
    tls: await tests.tls.lease(),
    cluster: await tests.cluster.lease(),
  }
  try {
    return await interleave(
      30,
      each((kind) => () => oneByOne(CALLS, () => clients[kind].call(ECHO, [TEXT]))),
    )
  } finally {
    for (const test of Object.values(tests)) await test.releaseAll()
  }
}

async function measureRuns(): Promise<Pick<Costs, 'nothing' | 'end'>> {
  const end: Samples = { socket: [], tls: [], cluster: [] }
  const nothing = await interleave(
    5,
    each((kind) => async () => {
      const run = await openKind(kind)
      const took = await timed(() => firstAnswer(run, ECHO))
      end[kind].push((await run.stop()).took)
      return took
    }),
  )
  // The first of each was the warm-up.
  return { nothing, end: each((kind) => end[kind].slice(1)) }
}
