import { readFileSync, readlinkSync } from 'node:fs'
import { hidingOption } from '../hidepid.ts'
import type { System } from '../operatingSystem.ts'
import { isAlive } from '../stat.ts'
import { LinuxChildren } from './linuxChildren.ts'
import { linuxTable } from './linuxTable.ts'

/** USER_HZ, the unit that the kernel shows to programs: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Linux, by `/proc`. A start time is field 22 of `/proc/PID/stat`, in clock ticks since boot. */
export const linux: System = {
  table: linuxTable(),
  identityOf(pid) {
    const stat = linux.table.stat(pid)
    return stat && isAlive(stat) ? { pid, startTime: stat.startTime } : undefined
  },
  bootId: () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  bootedAt: () => Date.now() - Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000,
  pidNamespace: () => readlinkSync('/proc/self/ns/pid'),
  startedAt: (startTime) => linux.bootedAt() + (Number(startTime) * 1000) / TICKS_PER_SECOND,
  watchChildren: (pid) => new LinuxChildren(pid),
  childrenOf: (pid) => new LinuxChildren(pid).read(),
  descendantsOf(pid) {
    const found = new Set<number>()
    const queue = [pid]
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const child of new LinuxChildren(at).read()) {
        if (found.has(child)) continue
        found.add(child)
        queue.push(child)
      }
    }
    return found
  },
  marksByLimits: true,
  hiding: () =>
    hidingOption(readFileSync('/proc/self/mounts', 'utf8'), {
      root: process.geteuid?.() === 0,
      groups: process.getgroups?.() ?? [],
    }),
  // The reaper adopts orphaned processes, so descent tells more than groups.
  groupMembers: () => [],
}
