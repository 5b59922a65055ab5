import { readFileSync } from 'node:fs'
import { type Check, ok, problem, warning } from '../check.ts'

export interface ProcFacts {
  /** Options of the mount at /proc; `undefined` if it is not mounted or cannot be read. */
  options: string | undefined
  root: boolean
}

export const procCheck: Check<ProcFacts> = {
  name: '/proc',
  only: 'linux',
  gather: () => ({ options: mountOptions(), root: process.geteuid?.() === 0 }),
  judge({ options, root }) {
    if (options === undefined) return problem('cannot be read', 'mount it: mount -t proc proc /proc')
    const hidden = /\bhidepid=(\w+)/.exec(options)?.[1]
    if (hidden === undefined || hidden === '0' || hidden === 'off' || root)
      return ok('every process can be seen')
    return warning(
      `mounted with hidepid=${hidden}`,
      'mount it without hidepid: if a process of your user cannot be read, the run fails',
    )
  },
}

function mountOptions(): string | undefined {
  try {
    readFileSync('/proc/self/stat')
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
    // If there are several mounts at a place, the last one is visible.
    return (
      mounts
        .filter((line) => line.split(' ')[1] === '/proc')
        .at(-1)
        ?.split(' ')[3] ?? ''
    )
  } catch {
    return undefined
  }
}
