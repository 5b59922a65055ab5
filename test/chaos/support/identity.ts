import { readFileSync } from 'node:fs'
import { startTimeOf } from '../../support/processes.ts'

/** Identifies a process even after its pid was given to another one. */
export interface Identity {
  pid: number
  startTime: string
}

/** The process that has this pid now. */
export function identify(pid: number): Identity {
  const startTime = startTimeOf(pid)
  if (startTime === undefined) throw new Error(`there is no process ${pid}`)
  return { pid, startTime }
}

export function isAlive({ pid, startTime }: Identity): boolean {
  return startTimeOf(pid) === startTime
}

/** Its state as a letter (proc(5)): `T` if it is stopped; empty if it is gone. */
export function stateOf(identity: Identity): string {
  if (!isAlive(identity)) return ''
  return readFileSync(`/proc/${identity.pid}/stat`, 'latin1').split(') ').at(-1)?.[0] ?? ''
}

/** Signals exactly this process; `false` if it is gone. */
export function send(identity: Identity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch {
    return false
  }
}

/** Every `[pid, start time]` in a value that a fixture reported. */
export function identitiesIn(value: unknown): Identity[] {
  if (!Array.isArray(value)) return []
  const [pid, startTime] = value
  if (value.length === 2 && typeof pid === 'number' && typeof startTime === 'string') {
    return [{ pid, startTime }]
  }
  return value.flatMap(identitiesIn)
}
