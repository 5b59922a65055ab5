import { type Findings, judge, type Orphan } from '../../pool/verdict/verdict.ts'
import { addFunctions, latencyOf } from '../model/functionCalls.ts'
import type { PoolReport, Report } from '../model/schema.ts'
import { worstOf } from '../model/verdicts.ts'
import { REPORT_SCHEMA } from '../model/version.ts'
import { ownVersion } from './ownVersion.ts'
import type { RunRecord } from './runRecord.ts'
import type { Sampler } from './sampler.ts'

/** The facts about the run of the tests that a report has. */
export type RunFacts = Pick<Report, 'runner' | 'shard' | 'commit'>

/** Puts the records of all runs into one report. */
export function makeReport(
  records: readonly RunRecord[],
  sampler: Pick<Sampler, 'series' | 'cut'>,
  facts: RunFacts,
): Report {
  const lists = records.map((record) => record.lists)
  const functions = addFunctions(lists.flatMap((list) => list.functions))
  const pools = records.map(poolOf)
  return {
    schema: REPORT_SCHEMA,
    generator: { name: 'vitest-environment-python', version: ownVersion() },
    ...facts,
    startedAt: Math.min(...records.map(({ startedAt }) => startedAt), Date.now()),
    endedAt: Date.now(),
    verdict: worstOf(pools.map(({ verdict }) => verdict)),
    failed: pools.some(({ failed }) => failed),
    pools,
    workers: lists.flatMap(({ workers }) => workers),
    leases: lists.flatMap(({ leases }) => leases),
    latency: latencyOf(functions),
    functions,
    calls: lists.flatMap(({ calls }) => calls),
    samples: sampler.series,
    orphans: records.flatMap(
      ({ id, ending }) => ending?.findings?.orphans.map((orphan) => orphanOf(id, orphan)) ?? [],
    ),
    cut: [...lists.flatMap(({ cut }) => cut), ...sampler.cut],
  }
}

const NOTHING = { problems: [], unknown: [], cleanSweeps: 0, looked: 0, stopping: 0, sweeping: 0 }

function poolOf({ id, pool, names, ending, lists, startMethod }: RunRecord): PoolReport {
  const { state } = pool.runtime
  const python = state.phase === 'armed' ? state.installation : undefined
  return {
    run: id,
    names,
    isolation: pool.run.options.isolation,
    startMethod,
    python: python ? { version: python.version, executable: python.executable } : null,
    verdict: verdictOf(ending?.findings, ending !== undefined, lists.workers.length > 0),
    failed: ending?.failed ?? false,
    findings: ending?.findings ? findingsOf(ending.findings) : NOTHING,
  }
}

function verdictOf(
  findings: Findings | undefined,
  hasEnded: boolean,
  wasUsed: boolean,
): PoolReport['verdict'] {
  if (findings) return judge(findings)
  return hasEnded || !wasUsed ? 'unused' : 'pending'
}

function findingsOf({
  problems,
  unknown,
  cleanSweeps,
  looked,
  stopping,
  sweeping,
}: Findings): PoolReport['findings'] {
  return {
    problems,
    unknown: unknown.map(({ pid, name, reason }) => ({ pid, name, reason })),
    cleanSweeps,
    looked,
    stopping: Math.round(stopping),
    sweeping: Math.round(sweeping),
  }
}

const MAX_COMMAND = 200

function orphanOf(
  run: string,
  { node, pid, command, parent, age, survived, killed, cookie, tracedBy, leases }: Orphan,
): Report['orphans'][number] {
  return {
    run,
    ...(node !== undefined && { node }),
    pid,
    command: command.slice(0, MAX_COMMAND),
    parent,
    from: Date.now() - age,
    survived,
    killed,
    knownBy: cookie,
    tracedBy,
    leases: leases.map((lease) => lease.id),
  }
}
