import pc from 'picocolors'
import { seconds } from '../../support/seconds.ts'
import { describeHolder } from '../leasing/leaseLog.ts'
import { type Findings, judge, type Orphan } from './verdict.ts'

/** The verdict in words: one line where all is well, else what was found and what to do. */
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
      pc.red('Not verified: the sweeps at the end of the run did not come to rest. (RUN_NOT_VERIFIED)'),
    )
  return parts.join('\n')
}

function clean({ runId, workersStarted, cleanSweeps, looked, stopping, sweeping }: Findings): string {
  return (
    `No orphaned processes: run ${runId}, ${counted(workersStarted, 'Python worker')} stopped in ${milliseconds(stopping)}, ` +
    `${cleanSweeps} sweeps of ${counted(looked, 'process', 'processes')} clean in ${milliseconds(sweeping)} each.`
  )
}

function orphans({ runId, orphans: found }: Findings): string {
  const lines = found.map((orphan) => `  ${describeOrphan(orphan)}`)
  return (
    `Found ${counted(found.length, 'orphaned process', 'orphaned processes')} of run ${runId}:\n${lines.join('\n')}\n` +
    'They were started from Python during the tests and were still alive after every worker had stopped. ' +
    'Stop them in the test that starts them. (ORPHANS_FOUND)'
  )
}

/** One orphan: what it is, how it was found, and whose it is. */
export function describeOrphan(orphan: Orphan): string {
  const cookie = {
    environment: 'its environment',
    limit: 'its resource limit',
    both: 'environment and resource limit',
    cgroup: 'its control group',
    descent: 'its descent from the reaper',
    group: 'its process group',
  }
  const fate = orphan.killed ? 'killed now' : pc.bold('STILL ALIVE')
  return (
    `pid ${orphan.pid} (${shorten(orphan.command)}), parent ${orphan.parent}, age ${seconds(orphan.age)}, ` +
    `alive ${seconds(orphan.survived)} after the pool had stopped, known by ${cookie[orphan.cookie]}, ${whose(orphan)}; ${fate}`
  )
}

function whose({ leases, tracedBy }: Orphan): string {
  if (leases.length === 0) return 'started outside every test'
  const tests = leases.map(({ workerId, holder }) => `worker ${workerId} during ${describeHolder(holder)}`)
  return `started by ${tests.join(' or by ')}${tracedBy === 'time' ? ' (to judge by the time)' : ''}`
}

function unknown({ runId, unknown: found }: Findings): string {
  const lines = found.map(({ pid, name, reason }) => `  pid ${pid} (${name}): ${reason}`)
  return (
    `Cannot tell whether ${counted(found.length, 'process', 'processes')} of this user belong to run ${runId}, so the run is not clean:\n` +
    `${lines.join('\n')}\n` +
    'They hide from their own user (PR_SET_DUMPABLE, or /proc mounted with hidepid) and this system has no free resource limit to mark them by. ' +
    'Run the tests where /proc is readable, or end those processes. (RUN_NOT_VERIFIED)'
  )
}

function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`
}

function shorten(command: string): string {
  return command.length > 120 ? `${command.slice(0, 117)}...` : command
}

function milliseconds(duration: number): string {
  return `${Math.max(1, Math.round(duration))} ms`
}
