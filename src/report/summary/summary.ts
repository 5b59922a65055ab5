import pc from 'picocolors'
import { describeHolder } from '../../pool/leasing/leaseLog.ts'
import { counted } from '../../support/text/counted.ts'
import { safeText } from '../../support/text/safeText.ts'
import { ms } from '../model/figures.ts'
import { restartsOf } from '../model/restarts.ts'
import type { Report, ReportVerdict } from '../model/schema.ts'

const SLOWEST = 5
const MAX_RESTARTS = 5

/** As wide as the labels of Vitest's own summary. */
const LABEL = 11

/** One line about a run; `undefined` if Python never started. */
export function summaryLine(report: Report): string | undefined {
  const workers = report.workers.filter(({ kind }) => kind === 'worker')
  if (workers.length === 0 && report.verdict === 'unused') return undefined
  const { latency } = report
  const figures =
    latency.calls === 0 ? '' : ` (p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, max ${ms(latency.max)})`
  const facts = [
    counted(workers.length, 'worker'),
    counted(taken(report).length, 'lease'),
    `${counted(latency.calls, 'call')}${figures}`,
    colored(report.verdict, report.failed),
  ]
  return line('Python', facts.join(', '))
}

/** The rest of the summary. */
export function summaryDetails(report: Report): string[] {
  const peak = Math.max(0, ...peaks(report))
  const restarts = restartsOf(report)
  const shown = restarts.slice(0, MAX_RESTARTS)
  const more = restarts.length - shown.length
  return [
    ...report.functions.slice(0, SLOWEST).map((one, index) => {
      const failures = one.failures > 0 ? pc.red(`, ${one.failures} failed`) : ''
      const figures = pc.dim(`p50 ${ms(one.p50)}, p95 ${ms(one.p95)}, max ${ms(one.max)}`)
      return line(
        index === 0 ? 'Slowest' : '',
        `${safeText(one.name)}  ${counted(one.calls, 'call')}, ${ms(one.total)} in all${failures}  ${figures}`,
      )
    }),
    ...shown.map(({ worker, cause, lease }, index) => {
      const during = lease ? ` during ${safeText(describeHolder(lease))}` : ''
      return line(index === 0 ? 'Restarts' : '', `${worker} ${pc.red(cause)}${during}`)
    }),
    ...(more > 0 ? [line('', `and ${more} more`)] : []),
    ...(peak > 0 ? [line('Memory', `at most ${(peak / 1e6).toFixed(1)} MB in one worker`)] : []),
    ...report.pools.map(({ names, run, verdict, failed, findings }, index) => {
      const proof = `${findings.cleanSweeps} clean sweeps of ${counted(findings.looked, 'process', 'processes')}`
      return line(
        index === 0 ? 'Verdict' : '',
        `${colored(verdict, failed)}  ${pc.dim(`${names.join(', ')}, run ${run}, ${proof}`)}`,
      )
    }),
  ]
}

/** Whether a report is worth the whole summary, even if it was not asked for. */
export function needsDetails(report: Report): boolean {
  return report.failed || report.workers.some(({ exit }) => exit?.crashed)
}

function taken({ leases }: Report) {
  return leases.filter((lease) => lease.taken !== null)
}

function peaks({ leases, samples }: Report): number[] {
  const most = (values: readonly number[]) => values.reduce((peak, one) => Math.max(peak, one), 0)
  return [most(leases.map(({ peakMemory }) => peakMemory)), ...samples.map(({ memory }) => most(memory))]
}

function colored(verdict: ReportVerdict, failed: boolean): string {
  if (verdict === 'clean') return pc.green(verdict)
  return failed ? pc.red(verdict) : pc.yellow(verdict)
}

function line(label: string, text: string): string {
  return `${pc.dim(label.padStart(LABEL))}  ${text}`
}
