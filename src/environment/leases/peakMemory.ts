import { readFileSync } from 'node:fs'

/** The highest resident memory of a process so far, in bytes; 0 if the system does not tell, or if the process is gone. */
export function peakMemoryOf(pid: number): number {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
