import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAlive, parseStat } from './stat.ts'

/** Which process is meant, also after its pid was given to another one. */
export interface Identity {
  pid: number
  /** Field 22 of `/proc/PID/stat`. */
  startTime: string
}

/** An identity that keeps its meaning beyond a reboot and outside this PID namespace. */
export interface OwnerIdentity extends Identity {
  bootId: string
  /** `readlink /proc/self/ns/pid`, e.g. `pid:[4026531836]`: pids of another namespace mean nothing here. */
  pidNamespace: string
  /** Name of the machine: a directory on a shared disk may hold the runs of others. */
  host: string
}

/** An identity as a key of maps and sets. */
export function nameOf({ pid, startTime }: Identity): string {
  return `${pid} ${startTime}`
}

/** Identity of the process that has this pid now; `undefined` where there is none or only a zombie. */
export function identityOf(pid: number): Identity | undefined {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
    return stat && isAlive(stat) ? { pid, startTime: stat.startTime } : undefined
  } catch {
    return undefined
  }
}

/** Whether exactly this process is alive. */
export function isSameProcessAlive(identity: Identity): boolean {
  return identityOf(identity.pid)?.startTime === identity.startTime
}

/** Identity of this process, as a run directory records its owner. */
export function ownIdentity(): OwnerIdentity {
  const own = identityOf(process.pid)
  if (!own)
    throw new Error(`/proc/${process.pid}/stat cannot be read, so no process can be told from another`)
  return { ...own, bootId: bootId(), pidNamespace: pidNamespace(), host: hostname() }
}

/** Changes with every boot, so that pids from before are never mistaken for living ones. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/** The PID namespace of this process. */
export function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid')
}
