import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type Check, ok, problem, warning } from '../check.ts'

/** Soft limits; `Infinity` if there is none. */
export interface LimitFacts {
  processes: number
  files: number
}

/** Below `minimum`, a pool of workers does not come up. Below `recommended`, a large pool may not come up. */
const PROCESSES = { minimum: 64, recommended: 512 }
const FILES = { minimum: 128, recommended: 1024 }

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
    const remedy = `raise them: ulimit -u ${PROCESSES.recommended}, ulimit -n ${FILES.recommended}`
    if (processes < PROCESSES.minimum || files < FILES.minimum) return problem(found, remedy)
    if (processes < PROCESSES.recommended || files < FILES.recommended) return warning(found, remedy)
    return ok(found)
  },
}

/** A soft limit in the text of `/proc/PID/limits`. */
export function softLimit(text: string, name: string): number {
  const value = new RegExp(`^${name} +(\\d+|unlimited)`, 'm').exec(text)?.[1]
  return limitOf(value)
}

/** The limits in the output of `ulimit -u; ulimit -n`. */
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
