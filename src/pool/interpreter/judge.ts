import type { Probe } from './probe/probe.ts'
import { compareVersions } from './version.ts'

/** The oldest Python that the workers run on. */
export const MIN_PYTHON = '3.10'

export interface Rejection {
  code: 'PYTHON_NOT_FOUND' | 'PYTHON_BROKEN' | 'PYTHON_TOO_OLD' | 'PYTHON_NOT_CPYTHON'
  reason: string
}

/** Why an interpreter cannot be used; `undefined` if it can. */
export function judge(probe: Probe): Rejection | undefined {
  const { implementation, version } = probe
  if (implementation !== 'CPython')
    return {
      code: 'PYTHON_NOT_CPYTHON',
      reason: `is ${implementation} ${version}; only CPython is supported`,
    }
  if (compareVersions(version, MIN_PYTHON) < 0)
    return { code: 'PYTHON_TOO_OLD', reason: `is Python ${version}; ${MIN_PYTHON} or newer is required` }
  return undefined
}
