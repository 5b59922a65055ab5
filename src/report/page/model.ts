import type { Timeline } from '../formats/timeline.ts'
import { type Lane, layLanes } from './drawing/lanes.ts'

export type Kind = 'worker' | 'lease' | 'call' | 'orphan'

/** A thing on the timeline: `index` is its place in the list of its kind. */
export interface Item {
  kind: Kind
  index: number
}

/** The report, and values that are derived from it once. */
export interface Model {
  readonly data: Timeline
  /** Milliseconds from the first event to the last. */
  readonly length: number
  readonly lanes: Lane[]
  /** Texts of the test files, sorted, with their colours. */
  readonly files: { text: number; name: string; color: number }[]
  /** The colour of each file, by its text. */
  readonly colors: Map<number, number>
  readonly callsOfLease: Map<number, number[]>
  readonly lower: string[]
}

export const COLORS = 8

export function modelOf(data: Timeline): Model {
  const length = Math.max(1, data.endedAt - data.startedAt)
  const files = [...new Set(data.leases.file)]
    .map((text) => ({ text, name: data.texts[text] ?? '' }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((file, index) => ({ ...file, color: index % COLORS }))
  const callsOfLease = new Map<number, number[]>()
  data.calls.lease.forEach((lease, call) => {
    const known = callsOfLease.get(lease)
    if (known) known.push(call)
    else callsOfLease.set(lease, [call])
  })
  return {
    data,
    length,
    lanes: layLanes(data, length),
    files,
    colors: new Map(files.map(({ text, color }) => [text, color])),
    callsOfLease,
    lower: data.texts.map((text) => text.toLowerCase()),
  }
}

export interface Times {
  from: number
  until: number
}

/** When something was. */
export function timesOf({ data, length }: Model, { kind, index }: Item): Times {
  if (kind === 'call') return { from: data.calls.from[index] ?? 0, until: data.calls.until[index] ?? 0 }
  if (kind === 'lease') {
    const from = data.leases.taken[index] ?? data.leases.from[index] ?? 0
    return { from, until: data.leases.until[index] ?? length }
  }
  if (kind === 'orphan') return { from: Math.max(0, data.orphans[index]?.from ?? 0), until: length }
  const worker = data.workers[index]
  return { from: worker?.from ?? 0, until: worker?.until ?? length }
}

/** What something is called. */
export function titleOf({ data }: Model, { kind, index }: Item): string {
  if (kind === 'call') return data.texts[data.calls.name[index] ?? -1] ?? 'call'
  if (kind === 'orphan') return data.orphans[index]?.command ?? 'orphan'
  if (kind === 'worker') return data.workers[index]?.id ?? 'worker'
  const test = data.texts[data.leases.test[index] ?? -1]
  return test || data.texts[data.leases.file[index] ?? -1] || 'unnamed lease'
}
