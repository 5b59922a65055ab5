import { counted } from '../../support/text/counted.ts'
import { addFunctions, latencyOf } from '../model/functionCalls.ts'
import type { Report } from '../model/schema.ts'
import { worstOf } from '../model/verdicts.ts'

/** A report, and the file that it was read from. */
export interface ShardFile {
  readonly file: string
  readonly report: Report
}

/**
 * Joins the reports of the shards of one run of the tests.
 *
 * @returns the joined report, one sentence for each reason why the run is not proven clean, and sentences on facts that
 * could not be checked
 */
export function mergeReports(files: readonly ShardFile[]): {
  report: Report
  problems: string[]
  notes: string[]
} {
  const reports = files.map(({ report }) => report)
  const problems = [...shardProblems(files), ...commitProblems(files), ...verdictProblems(files)]
  const notes = [...nodesOf(reports), ...(reports.every(({ commit }) => commit === null) ? [NO_COMMITS] : [])]
  return { report: { ...join(reports, files), failed: problems.length > 0 }, problems, notes }
}

function join(reports: readonly Report[], files: readonly ShardFile[]): Report {
  const [first] = reports as readonly [Report]
  const functions = addFunctions(reports.flatMap((report) => report.functions))
  return {
    ...first,
    shard: null,
    startedAt: Math.min(...reports.map(({ startedAt }) => startedAt)),
    endedAt: Math.max(...reports.map(({ endedAt }) => endedAt)),
    verdict: worstOf(reports.map(({ verdict }) => verdict)),
    pools: reports.flatMap(({ pools }) => pools),
    workers: reports.flatMap(({ workers }) => workers),
    leases: reports.flatMap(({ leases }) => leases),
    functions,
    latency: latencyOf(functions),
    calls: reports.flatMap(({ calls }) => calls),
    samples: reports.flatMap(({ samples }) => samples),
    orphans: reports.flatMap(({ orphans }) => orphans),
    cut: reports.flatMap(({ cut }) => cut),
    shards: files.flatMap(({ file, report: { shard, verdict, startedAt, endedAt } }) =>
      shard ? [{ file, shard, verdict, startedAt, endedAt }] : [],
    ),
  }
}

/** A sentence about the nodes of a cluster, if there were any. */
function nodesOf(reports: readonly Report[]): string[] {
  const nodes = new Set(reports.flatMap(({ workers }) => workers.flatMap(({ node }) => node ?? [])))
  return nodes.size === 0 ? [] : [`Python ran on ${listed([...nodes].sort())}.`]
}

function shardProblems(files: readonly ShardFile[]): string[] {
  const whole = files.filter(({ report }) => report.shard === null)
  const unsharded = whole.map(
    ({ file }) => `${file} is not the report of a shard. Run each part of the tests with --shard.`,
  )
  const shards = files.flatMap(({ file, report: { shard } }) => (shard ? [{ file, ...shard }] : []))
  const counts = [...new Set(shards.map(({ count }) => count))].sort((a, b) => a - b)
  if (counts.length > 1)
    return [
      ...unsharded,
      `The reports come from runs with ${listed(counts)} shards. Merge the reports of one run.`,
    ]
  const indices = Array.from({ length: counts[0] ?? 0 }, (_, index) => index + 1)
  return [...unsharded, ...indices.flatMap((index) => indexProblem(shards, index))]
}

function indexProblem(
  shards: readonly { file: string; index: number; count: number }[],
  index: number,
): string[] {
  const found = shards.filter((shard) => shard.index === index)
  const name = `shard ${index}/${shards[0]?.count}`
  if (found.length === 0) return [`The report of ${name} is missing. Pass the report of every shard.`]
  if (found.length === 1) return []
  return [
    `${listed(found.map(({ file }) => file))} are all reports of ${name}. Merge one report of each shard.`,
  ]
}

/** Outside of a repository, no shard can know its commit. */
const NO_COMMITS =
  'No report has a commit, so it was not checked that all shards ran the same version of the tests.'

function commitProblems(files: readonly ShardFile[]): string[] {
  const unknown = files.filter(({ report }) => report.commit === null).map(({ file }) => file)
  const known = files.filter(({ report }) => report.commit !== null)
  if (known.length === 0) return []
  const missing =
    unknown.length === 0
      ? []
      : [
          `${listed(unknown)} ${unknown.length === 1 ? 'has' : 'have'} no commit, and other reports have one. ` +
            'Run every shard in a checkout of the same commit.',
        ]
  const commits = new Set(known.map(({ report }) => report.commit))
  if (commits.size < 2) return missing
  const named = known.map(({ file, report }) => `${file} (${report.commit?.slice(0, 12)})`)
  return [
    `The reports come from different commits: ${named.join(', ')}. Merge the reports of one commit.`,
    ...missing,
  ]
}

function verdictProblems(files: readonly ShardFile[]): string[] {
  return files.flatMap(({ file, report: { verdict, failed, orphans, shard } }) => {
    if (!failed && (verdict === 'clean' || verdict === 'unused')) return []
    const name = shard ? `Shard ${shard.index}/${shard.count} (${file})` : file
    const first = orphans[0]
    const place = first?.node === undefined ? '' : ` on ${first.node}`
    const process = first ? `, first ${first.command} (pid ${first.pid}${place})` : ''
    return [
      verdict === 'orphans'
        ? `${name} left ${counted(orphans.length, 'orphaned process', 'orphaned processes')}${process}.`
        : `${name} could not be verified.`,
    ]
  })
}

function listed(items: readonly (string | number)[]): string {
  if (items.length < 2) return items.join('')
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
