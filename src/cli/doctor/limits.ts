import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Check, ok, problem, warning } from './check.ts'

/** Soft limits; `Infinity` where there is none. */
export interface LimitFacts {
  processes: number
  files: number
}

/** Below `least` a pool of workers does not come up; below `enough` a large one may not. */
const PROCESSES = { least: 64, enough: 512 }
const FILES = { least: 128, enough: 1024 }

export const limitsCheck: Check<LimitFacts> = {
  name: 'limits',
  gather() {
    if (process.platform !== 'linux')
      return shellLimits(execFileSync('/bin/sh', ['-c', 'ulimit -u; ulimit -n'], { encoding: 'utf8' }))
    const text = readFileSync('/proc/self/limits', 'latin1')
    return { processes: softLimit(text, 'Max processes'), files: softLimit(text, 'Max open files') }
  },
  judge({ processes, files }) {
    const found = `${inWords(processes)} processes (ulimit -u), ${inWords(files)} open files (ulimit -n)`
    const remedy = `raise them: ulimit -u ${PROCESSES.enough}, ulimit -n ${FILES.enough}`
    if (processes < PROCESSES.least || files < FILES.least) return problem(found, remedy)
    if (processes < PROCESSES.enough || files < FILES.enough) return warning(found, remedy)
    return ok(found)
  },
}

/** The soft limit of this name in the text of `/proc/PID/limits`. */
export function softLimit(text: string, name: string): number {
  const value = new RegExp(`^${name} +(\\d+|unlimited)`, 'm').exec(text)?.[1]
  return limitOf(value)
}

/** The same as `ulimit -u; ulimit -n` writes them, a line each. */
export function shellLimits(text: string): LimitFacts {
  const [processes, files] = text.trim().split('\n')
  return { processes: limitOf(processes), files: limitOf(files) }
}

function limitOf(word = 'unlimited'): number {
  return word === 'unlimited' ? Number.POSITIVE_INFINITY : Number(word)
}

function inWords(limit: number): string {
  return limit === Number.POSITIVE_INFINITY ? 'unlimited' : `${limit}`
}
