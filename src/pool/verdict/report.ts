import pc from 'picocolors'
import { describeKept } from '../../process/run/keptProcesses.ts'
import { counted } from '../../support/text/counted.ts'
import { seconds } from '../../support/text/seconds.ts'
import { describeHolder } from '../leasing/leaseLog.ts'
import { type Findings, judge, type Orphan } from './verdict.ts'

/** The verdict in words: one line if the run is clean, else the findings and what to do about them. */
export function report(findings: Findings): string {
  const verdict = judge(findings)
  if (verdict === 'clean') return pc.green(`${clean(findings)}`)
  const parts = [
    ...(findings.orphans.length > 0 ? [pc.red(orphans(findings))] : []),
    ...(findings.unknown.length > 0 ? [pc.red(unknown(findings))] : []),
    ...findings.problems.map((problem) => pc.red(`Not verified: ${problem} (RUN_NOT_VERIFIED)`)),
  ]
  if (parts.length === 0)
    parts.push(
      pc.red('Not verified: no two sweeps in a row were clean at the end of the run. (RUN_NOT_VERIFIED)'),
    )
  if (findings.kept.length > 0) parts.push(`${describeKept(findings.kept)}.`)
  if (findings.python) parts.push(`It ran on ${findings.python}.`)
  return parts.join('\n')
}

function clean(findings: Findings): string {
  const {
    runId,
    workersStarted,
    cleanSweeps,
    looked,
    stopping,
    sweeping,
    kept,
    python,
    nodes = [],
  } = findings
  const swept =
    nodes.length > 0 && `Each of ${counted(nodes.length, 'node')} was swept twice: ${nodes.join(', ')}`
  const facts = [swept, describeKept(kept), python].filter(Boolean).map((fact) => ` ${fact}.`)
  return (
    `No orphaned processes: run ${runId}, ${counted(workersStarted, 'Python worker')} stopped in ${milliseconds(stopping)}, ` +
    `${cleanSweeps} sweeps of ${counted(looked, 'process', 'processes')} clean in ${milliseconds(sweeping)} each.${facts.join('')}`
  )
}

function orphans({ runId, orphans: found }: Findings): string {
  const lines = found.map((orphan) => `  ${describeOrphan(orphan)}`)
  return (
    `Found ${counted(found.length, 'orphaned process', 'orphaned processes')} of run ${runId}:\n${lines.join('\n')}\n` +
    'They belong to this run and were still alive after every worker had stopped. ' +
    'Stop them in the test that starts them. (ORPHANS_FOUND)'
  )
}

/** Describes an orphan: the process, the cookie by which it was found, and the test that started it. */
export function describeOrphan(orphan: Orphan): string {
  const cookie = {
    environment: 'its environment',
    limit: 'its resource limit',
    both: 'environment and resource limit',
    cgroup: 'its control group',
    descent: 'its descent from the reaper',
    group: 'its process group',
    record: 'the record of the run',
  }
  const outcome = orphan.killed
    ? 'killed now'
    : `${pc.bold('STILL ALIVE')}${orphan.refused ? ': the system refused the signal (EPERM)' : ''}`
  if (orphan.node !== undefined)
    return `pid ${orphan.pid} on ${orphan.node} (${shorten(orphan.command)}), ${originOf(orphan)}; ${outcome}`
  return (
    `pid ${orphan.pid} (${shorten(orphan.command)}), ${parentAndAge(orphan)}, ` +
    `alive ${seconds(orphan.survived)} after the pool had stopped, known by ${cookie[orphan.cookie]}, ${originOf(orphan)}; ${outcome}`
  )
}

function parentAndAge({ parent, age, startTime }: Orphan): string {
  return startTime === '' ? 'parent and age unknown' : `parent ${parent}, age ${seconds(age)}`
}

function originOf({ leases, tracedBy, startTime, node }: Orphan): string {
  if (startTime === '') return 'started at a time that the system hides'
  if (leases.length === 0 && node !== undefined)
    return 'not traced to a test, because its environment names none'
  if (leases.length === 0) return 'started outside of any test'
  const tests = leases.map(({ workerId, holder }) => `worker ${workerId} during ${describeHolder(holder)}`)
  return `started by ${tests.join(' or by ')}${tracedBy === 'time' ? ' (judging by its start time)' : ''}`
}

function unknown({ runId, unknown: found }: Findings): string {
  const lines = found.map(({ pid, name, reason }) => `  pid ${pid} (${name}): ${reason}`)
  return (
    `Cannot tell whether ${counted(found.length, 'process', 'processes')} of this user belong to run ${runId}, so the run is not verified:\n` +
    `${lines.join('\n')}\n` +
    'Their environment cannot be read (PR_SET_DUMPABLE, or /proc mounted with hidepid), and this system has no free resource limit to mark processes by. ' +
    'Run the tests on a system whose /proc is readable, or end those processes. (RUN_NOT_VERIFIED)'
  )
}

function shorten(command: string): string {
  return command.length > 120 ? `${command.slice(0, 117)}...` : command
}

function milliseconds(duration: number): string {
  return `${Math.max(1, Math.round(duration))} ms`
}
