import type { NewEvent } from '../run/events.ts'
import { type Findings, judge } from './verdict.ts'

/**
 * The verdict as an event.
 *
 * @param failed whether the run fails because of it
 */
export function verdictEvent(findings: Findings, failed: boolean): NewEvent {
  const { orphans, unknown, problems, workersStarted } = findings
  return {
    topic: 'verdict',
    event: 'verdict',
    verdict: judge(findings),
    failed,
    workersStarted,
    orphans: orphans.map(({ pid, command, age, killed, leases }) => ({
      pid,
      command,
      age,
      killed,
      tests: leases.map(({ holder, workerId }) => ({ ...holder, worker: workerId })),
    })),
    problems: [...unknown.map(({ pid, name, reason }) => `pid ${pid} (${name}): ${reason}`), ...problems],
  }
}
