import type { Identity } from './identity.ts'
import type { System } from './operatingSystem.ts'
import { type Execute, execute, list, listWithEnvironments, type PsProcess, printedValue } from './ps.ts'
import { isAlive } from './stat.ts'
import type { ProcessTable } from './table.ts'

/**
 * macOS, by `ps` and `sysctl`. A start time is the `lstart` that ps prints, to the second. That is precise enough:
 * the system goes through all 99,998 pids before it reuses one, which takes longer than a second.
 */
export function darwin(run: Execute = execute): System {
  const startedAt = (startTime: string) => Date.parse(`${startTime} UTC`)
  return {
    table: darwinTable(run),
    identityOf(pid) {
      const process = list(run, pid).get(pid)
      return process && isAlive(process) ? { pid, startTime: process.startTime } : undefined
    },
    bootId: () => run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']).trim(),
    bootedAt: () => parseBootTime(run('/usr/sbin/sysctl', ['-n', 'kern.boottime'])),
    // macOS has no PID namespaces.
    pidNamespace: () => 'macOS',
    startedAt,
    marksByLimits: false,
    hiding: () => undefined,
    descendantsOf: (pid) => below(pid, list(run)),
    groupMembers: (leaders) => membersOf(leaders, list(run)),
  }
}

function darwinTable(run: Execute): ProcessTable {
  let seen: Map<number, PsProcess> | undefined
  const look = () => {
    seen = listWithEnvironments(run)
    return seen
  }
  const at = (pid: number) => (seen ?? look()).get(pid)
  return {
    pids: () => [...look().keys()],
    stat: at,
    exists: (pid) => at(pid) !== undefined,
    lifeOf({ pid, startTime }) {
      const process = list(run, pid).get(pid)
      return process?.startTime === startTime && isAlive(process) ? 'alive' : 'ended'
    },
    variables(pid, names) {
      const environment = at(pid)?.environment
      return environment === undefined ? 'gone' : names.map((name) => printedValue(environment, name))
    },
    // The limits of other processes cannot be read, so no process can be found by its limit.
    limits: () => ({}),
    user: (pid) => at(pid)?.user,
    command: (pid) => at(pid)?.command ?? '',
    // `ps` shows a name that the process can choose.
    executable: () => '',
    isBefore: (startTime, other) => Date.parse(`${startTime} UTC`) < Date.parse(`${other} UTC`),
  }
}

/** `{ sec = 1700000000, usec = 123456 } Tue Nov 14 22:13:20 2023` */
function parseBootTime(text: string): number {
  return Number(/sec = (\d+)/.exec(text)?.[1]) * 1000
}

function below(root: number, processes: ReadonlyMap<number, PsProcess>): Set<number> {
  const found = new Set([root])
  for (let before = 0; before < found.size; ) {
    before = found.size
    for (const { pid, parent } of processes.values()) if (found.has(parent)) found.add(pid)
  }
  found.delete(root)
  return found
}

/**
 * As long as a process group has members, its number is not reused as a pid. So the number means another group if
 * another process has that pid, or if a member is older than the leader.
 */
function membersOf(leaders: readonly Identity[], processes: ReadonlyMap<number, PsProcess>): number[] {
  const led = new Map(leaders.map(({ pid, startTime }) => [pid, startTime]))
  return [...processes.values()]
    .filter((process) => {
      const leader = led.get(process.session)
      const holder = processes.get(process.session)
      if (leader === undefined || (holder && holder.startTime !== leader)) return false
      return Date.parse(process.startTime) >= Date.parse(leader)
    })
    .map(({ pid }) => pid)
}
