import { entryOf } from '../../../src/client/events/histogram.ts'
import { addFunctions, latencyOf } from '../../../src/report/model/functionCalls.ts'
import type { Report } from '../../../src/report/model/schema.ts'

const BEGIN = 1_790_000_000_000

function histogram(...durations: number[]): number[] {
  const entries = durations.map(entryOf)
  return Array.from(
    { length: Math.max(...entries) + 1 },
    (_, at) => entries.filter((entry) => entry === at).length,
  )
}

/** A run with a crash, an orphan and a failed call. */
export function smallReport(): Report {
  return {
    schema: 1,
    generator: { name: 'vitest-environment-python', version: '0.1.0' },
    runner: { name: 'vitest', version: '4.1.12' },
    shard: null,
    commit: '9cccff5d3c1f0a7e0f1f2a3b4c5d6e7f8a9b0c1d',
    startedAt: BEGIN,
    endedAt: BEGIN + 2_000,
    verdict: 'orphans',
    failed: true,
    pools: [
      {
        run: 'z6ju96y',
        names: ['default'],
        isolation: 'test',
        startMethod: 'fork',
        python: { version: '3.12.4', executable: '/app/.venv/bin/python' },
        verdict: 'orphans',
        failed: true,
        findings: { problems: [], unknown: [], cleanSweeps: 2, looked: 73, stopping: 7, sweeping: 3 },
      },
    ],
    workers: [
      {
        run: 'z6ju96y',
        id: 'forkserver-1',
        kind: 'forkserver',
        pid: 100,
        from: BEGIN,
        ready: BEGIN + 300,
        until: BEGIN + 1_900,
        exit: null,
      },
      {
        run: 'z6ju96y',
        id: 'w1',
        kind: 'worker',
        pid: 101,
        from: BEGIN + 310,
        ready: BEGIN + 330,
        until: BEGIN + 900,
        exit: { status: null, signal: 'SIGSEGV', cause: 'by itself', crashed: true },
      },
      {
        run: 'z6ju96y',
        id: 'w2',
        kind: 'worker',
        pid: 102,
        from: BEGIN + 910,
        ready: BEGIN + 940,
        until: BEGIN + 1_800,
        exit: { status: 0, signal: null, cause: 'asked', crashed: false },
      },
    ],
    leases: [
      {
        run: 'z6ju96y',
        id: 'l1',
        worker: 'w1',
        file: 'test/text.test.ts',
        test: 'counts words',
        from: BEGIN + 335,
        taken: BEGIN + 340,
        until: BEGIN + 900,
        wait: 30,
        peakMemory: 52_000_000,
      },
      {
        run: 'z6ju96y',
        id: 'l2',
        worker: 'w2',
        file: 'test/server.test.ts',
        test: 'serves files',
        from: BEGIN + 945,
        taken: BEGIN + 950,
        until: BEGIN + 1_700,
        wait: 12,
        peakMemory: 52_000_000,
      },
    ],
    latency: { calls: 3, p50: 0.4, p95: 500, max: 500 },
    functions: [
      {
        name: 'text.word_counts',
        calls: 2,
        failures: 1,
        total: 500.4,
        p50: 0.4,
        p95: 500,
        max: 500,
        histogram: histogram(0.4, 500),
      },
      {
        name: 'server.start',
        calls: 1,
        failures: 0,
        total: 20,
        p50: 20,
        p95: 20,
        max: 20,
        histogram: histogram(20),
      },
    ],
    calls: [
      {
        run: 'z6ju96y',
        worker: 'w1',
        lease: 'l1',
        name: 'text.word_counts',
        from: BEGIN + 350,
        until: BEGIN + 350.4,
        error: null,
      },
      {
        run: 'z6ju96y',
        worker: 'w1',
        lease: 'l1',
        name: 'text.word_counts',
        from: BEGIN + 400,
        until: BEGIN + 900,
        error: 'ValueError: an age is not negative\n    at parse_age (/app/python/text.py:9:5)',
      },
      {
        run: 'z6ju96y',
        worker: 'w2',
        lease: 'l2',
        name: 'server.start',
        from: BEGIN + 960,
        until: BEGIN + 980,
        error: null,
      },
    ],
    samples: [
      {
        run: 'z6ju96y',
        worker: 'w1',
        times: [BEGIN + 500, BEGIN + 750],
        memory: [40e6, 52e6],
        cpu: [80, 12.5],
      },
      {
        run: 'z6ju96y',
        worker: 'w2',
        times: [BEGIN + 1_000, BEGIN + 1_250],
        memory: [41e6, 41e6],
        cpu: [3, 0],
      },
    ],
    orphans: [
      {
        run: 'z6ju96y',
        pid: 30462,
        command: 'sleep 1000',
        parent: 1,
        from: BEGIN + 970,
        survived: 1_000,
        killed: true,
        knownBy: 'both',
        tracedBy: 'lease',
        leases: ['l2'],
      },
    ],
    cut: [],
  }
}

interface Size {
  workers: number
  leases: number
  /** For each lease. */
  calls: number
  files?: number
}

/** A clean run of the given size. */
export function largeReport({ workers, leases, calls, files = 12 }: Size): Report {
  const random = generator(7)
  // As often as 600 points for each worker allow.
  const interval = Math.max(10, (leases / workers) * calls * 0.003)
  const run = 'a1b2c3d'
  const small = smallReport()
  const report: Report = {
    ...small,
    verdict: 'clean',
    failed: false,
    pools: small.pools.map((pool) => ({ ...pool, run, verdict: 'clean' as const, failed: false })),
    orphans: [],
    workers: [
      {
        run,
        id: 'forkserver-1',
        kind: 'forkserver',
        pid: 99,
        from: BEGIN,
        ready: BEGIN + 120,
        until: null,
        exit: null,
      },
    ],
    leases: [],
    calls: [],
    samples: [],
  }
  let end = 0
  for (let w = 0; w < workers; w++) {
    const worker = `w${w + 1}`
    let now = BEGIN + 150 + 10 * w
    const from = now
    for (let l = 0; l < leases / workers; l++) {
      const taken = now
      for (let c = 0; c < calls; c++) {
        const took = 0.2 + 6 * random() ** 4
        const failed = random() < 0.002
        report.calls.push({
          run,
          worker,
          lease: `l${w}-${l}`,
          name: NAMES[Math.floor(random() * NAMES.length)] as string,
          from: now,
          until: now + took,
          error: failed ? 'ValueError: no\n    at embed (/app/python/embeddings.py:12:9)' : null,
        })
        now += took + 0.3 * random()
      }
      const file = `test/part-${Math.floor(random() * files) + 1}.test.ts`
      report.leases.push({
        run,
        id: `l${w}-${l}`,
        worker,
        file,
        test: `suite ${l % 9} > case ${l} of worker ${w + 1}`,
        from: taken,
        taken,
        until: now,
        wait: 0.4,
        peakMemory: 52_000_000,
      })
      now += 1 + 3 * random()
    }
    report.workers.push({
      run,
      id: worker,
      kind: 'worker',
      pid: 200 + w,
      from,
      ready: from + 8,
      until: now,
      exit: { status: 0, signal: null, cause: 'asked', crashed: false },
    })
    const ticks = Math.max(1, Math.min(600, Math.ceil((now - from) / interval)))
    const first = Math.ceil((from - BEGIN) / interval)
    const times = Array.from({ length: ticks }, (_, index) => BEGIN + interval * (first + index))
    report.samples.push({
      run,
      worker,
      times,
      memory: times.map((_, index) => 3e7 + 4e6 * Math.log(2 + index) + 2e5 * w + 8e5 * random()),
      cpu: times.map(() => 35 + 60 * random()),
    })
    end = Math.max(end, now)
  }
  report.functions = addFunctions(
    report.calls.map(({ name, from, until, error }) => ({
      name,
      calls: 1,
      failures: error === null ? 0 : 1,
      total: until - from,
      max: until - from,
      histogram: histogram(until - from),
    })),
  )
  report.latency = latencyOf(report.functions)
  report.endedAt = end + 100
  ;(report.workers[0] as { until: number | null }).until = end + 50
  return report
}

const NAMES = ['embeddings.embed', 'text.word_counts', 'model.predict', 'model.train', 'eval', 'tables.load']

/** Numbers between 0 and 1 that repeat with the seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
