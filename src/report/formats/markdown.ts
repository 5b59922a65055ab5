import { counted } from '../../support/text/counted.ts'
import { safeText } from '../../support/text/safeText.ts'
import { ms } from '../model/figures.ts'
import { restartsOf } from '../model/restarts.ts'
import type { LeaseSpan, Report } from '../model/schema.ts'

/** Rows of each table. */
const MAX_ROWS = 10
/** Characters of each cell. */
const MAX_CELL = 200

/** A report as Markdown of GitHub: verdict, slowest leases, ends of workers, and orphans. */
export function markdownOf(report: Report): string {
  const { workers, latency, failed, verdict } = report
  const calls =
    latency.calls === 0
      ? '0 calls'
      : `${counted(latency.calls, 'call')} (p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, max ${ms(latency.max)})`
  const started = workers.filter(({ kind }) => kind === 'worker').length
  const sections = [
    `### ${iconOf(verdict, failed)} Python: ${verdict}`,
    `${counted(started, 'worker')}, ${counted(takenOf(report).length, 'lease')}, ${calls}.`,
    table('Pools', ['pool', 'run', 'verdict', 'proof'], poolRows(report)),
    table('Not verified', ['run', 'problem'], problemRows(report)),
    table('Orphans', ['pid', 'command', 'left by', 'now'], orphanRows(report)),
    table('Workers that were replaced', ['worker', 'what happened', 'test', 'file'], restartRows(report)),
    table('Slowest leases', ['test', 'file', 'worker', 'time', 'waited'], leaseRows(report)),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n\n`
}

function iconOf(verdict: Report['verdict'], failed: boolean): string {
  if (failed) return '❌'
  return verdict === 'clean' ? '✅' : '⚠️'
}

function takenOf({ leases }: Report): LeaseSpan[] {
  return leases.filter((lease) => lease.taken !== null)
}

function poolRows({ pools }: Report): string[][] {
  return pools.map(({ names, run, verdict, findings: { cleanSweeps, looked } }) => [
    names.join(', '),
    run,
    verdict,
    `${counted(cleanSweeps, 'clean sweep')} of ${counted(looked, 'process', 'processes')}`,
  ])
}

function problemRows({ pools }: Report): string[][] {
  return pools.flatMap(({ run, findings: { problems, unknown } }) => [
    ...problems.map((problem) => [run, problem]),
    ...unknown.map(({ pid, name, reason }) => [run, `pid ${pid} (${name}): ${reason}`]),
  ])
}

function orphanRows({ orphans, leases }: Report): string[][] {
  return orphans.map(({ run, pid, command, leases: ids, killed }) => {
    const suspects = leases.filter((lease) => lease.run === run && ids.includes(lease.id))
    const tests = suspects.map(({ test, file }) => (test === '' ? file : `${test} (${file})`))
    return [`${pid}`, command, tests.join(' or '), killed ? 'killed' : 'STILL ALIVE']
  })
}

function restartRows(report: Report): string[][] {
  return restartsOf(report).map(({ worker, cause, lease }) => [
    worker,
    cause,
    lease?.test ?? '',
    lease?.file ?? '',
  ])
}

function leaseRows(report: Report): string[][] {
  return takenOf(report)
    .flatMap((lease) => (lease.until === null ? [] : [{ lease, took: lease.until - (lease.taken ?? 0) }]))
    .sort((one, other) => other.took - one.took)
    .slice(0, MAX_ROWS)
    .map(({ lease: { test, file, worker, wait }, took }) => [test, file, worker, ms(took), ms(wait)])
}

function table(title: string, head: readonly string[], rows: readonly string[][]): string {
  if (rows.length === 0) return ''
  const lines = rows.slice(0, MAX_ROWS).map((cells) => row(cells.map(cell)))
  const left = rows.length - lines.length
  const more = left > 0 ? [`\nAnd ${left} more.`] : []
  return [`**${title}**`, '', row(head), row(head.map(() => '---')), ...lines, ...more].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** Text that Markdown shows as it is: no character of it can end a cell, or begin HTML, a link or a mention. */
function cell(text: string): string {
  const whole = safeText(text)
  const shown = whole.length > MAX_CELL ? `${whole.slice(0, MAX_CELL)}…` : whole
  return shown.replace(/[^\p{L}\p{N} .,;()/…-]/gu, (found) => `&#${found.codePointAt(0)};`)
}
