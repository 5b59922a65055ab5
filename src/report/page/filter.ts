import type { Model } from './model.ts'

/** The spans that match the search and the file filter. */
export interface Filter {
  readonly active: boolean
  /** 1 for each lease that matches. */
  readonly leases: Uint8Array
  readonly calls: Uint8Array
  readonly leaseCount: number
  readonly callCount: number
  /** Whether a function, a worker or a command has the text in it. */
  matchesName(name: string): boolean
}

/**
 * @param text searched in names of tests, files, functions, workers and errors; empty for all
 * @param file text of a file; -1 for all
 */
export function filterOf(model: Model, text: string, file: number): Filter {
  const { data } = model
  const needle = text.trim().toLowerCase()
  const active = needle !== '' || file >= 0
  const hits = model.lower.map((lower) => needle === '' || lower.includes(needle))
  const workers = data.workers.map(
    ({ id, pid }) => needle !== '' && (id.toLowerCase() === needle || `${pid}` === needle),
  )
  const leases = new Uint8Array(data.leases.id.length)
  const byName = new Uint8Array(leases.length)
  for (let lease = 0; lease < leases.length; lease++) {
    if (file >= 0 && data.leases.file[lease] !== file) continue
    const { test, file: files, worker } = data.leases
    if (hits[test[lease]!] || hits[files[lease]!] || workers[worker[lease]!])
      leases[lease] = byName[lease] = 1
  }
  const calls = new Uint8Array(data.calls.name.length)
  for (let call = 0; call < calls.length; call++) {
    const lease = data.calls.lease[call]!
    if (file >= 0 && data.leases.file[lease] !== file) continue
    if (byName[lease]) calls[call] = 1
    else if (hits[data.calls.name[call]!] || hits[data.calls.error[call]!]) {
      calls[call] = 1
      if (lease >= 0) leases[lease] = 1
    }
  }
  const matchesName = (name: string) => needle === '' || name.toLowerCase().includes(needle)
  return { active, leases, calls, leaseCount: sum(leases), callCount: sum(calls), matchesName }
}

function sum(flags: Uint8Array): number {
  let count = 0
  for (const flag of flags) count += flag
  return count
}
