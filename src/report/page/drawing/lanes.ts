import type { Timeline } from '../../formats/timeline.ts'

/** Calls that overlap stand below each other, up to so many. */
const MAX_ROWS = 4

/** A row of the timeline: a worker, or several that lived one after another. All lists are indices, sorted by time. */
export interface Lane {
  kind: 'forkserver' | 'workers' | 'orphans'
  title: string
  subtitle: string
  workers: number[]
  leases: number[]
  /** No two calls of a row overlap. */
  calls: number[][]
  orphans: number[]
  top: number
  height: number
}

const HEIGHTS = { forkserver: 30, workers: 52, orphans: 34 }

export function layLanes(data: Timeline, length: number): Lane[] {
  const lanes = data.pools.flatMap(({ run, names }) =>
    lanesOf(data, run, data.pools.length > 1 ? names.join(', ') : '', length),
  )
  const laneOf = new Map(lanes.flatMap((lane) => lane.workers.map((worker) => [worker, lane] as const)))
  data.leases.taken.forEach((taken, lease) => {
    if (taken !== null) laneOf.get(data.leases.worker[lease] ?? -1)?.leases.push(lease)
  })
  const calls = new Map<Lane, number[]>()
  data.calls.worker.forEach((worker, call) => {
    const lane = laneOf.get(worker)
    if (lane) calls.set(lane, pushed(calls.get(lane), call))
  })
  for (const lane of lanes) {
    lane.leases.sort((a, b) => (data.leases.taken[a] ?? 0) - (data.leases.taken[b] ?? 0))
    lane.calls = rowsOf(data, calls.get(lane) ?? [])
  }
  let top = 0
  for (const lane of lanes) {
    lane.top = top
    top += lane.height
  }
  return lanes
}

function pushed(list: number[] | undefined, item: number): number[] {
  if (!list) return [item]
  list.push(item)
  return list
}

function lanesOf(data: Timeline, run: string, pool: string, length: number): Lane[] {
  const own = data.workers.flatMap((worker, index) => (worker.run === run ? [index] : []))
  const byStart = own.sort((a, b) => (data.workers[a]?.from ?? 0) - (data.workers[b]?.from ?? 0))
  const isForkserver = (index: number) => data.workers[index]?.kind === 'forkserver'
  const forkservers = byStart.filter(isForkserver)
  const packed = pack(
    byStart.filter((index) => !isForkserver(index)),
    data,
    length,
  )
  const orphans = data.orphans.flatMap((orphan, index) => (orphan.run === run ? [index] : []))
  return [
    ...(forkservers.length > 0 ? [lane('forkserver', 'forkserver', pool, { workers: forkservers })] : []),
    ...packed.map((workers) => {
      const [first] = workers as [number]
      const title = data.workers[first]?.id ?? ''
      const many =
        workers.length > 1 ? `+ ${workers.length - 1} more` : `pid ${data.workers[first]?.pid ?? '?'}`
      return lane('workers', title, many, { workers })
    }),
    ...(orphans.length > 0 ? [lane('orphans', 'orphans', pool, { orphans })] : []),
  ]
}

function lane(kind: Lane['kind'], title: string, subtitle: string, own: Partial<Lane>): Lane {
  return {
    kind,
    title,
    subtitle,
    workers: [],
    leases: [],
    calls: [],
    orphans: [],
    top: 0,
    height: HEIGHTS[kind],
    ...own,
  }
}

/** Puts workers that lived one after another into one lane: a run has far more workers than it has at once. */
function pack(workers: readonly number[], data: Timeline, length: number): number[][] {
  const lanes: { workers: number[]; until: number }[] = []
  for (const index of workers) {
    const worker = data.workers[index]
    if (!worker) continue
    const free = lanes.find(({ until }) => until <= worker.from)
    const place = free ?? { workers: [], until: 0 }
    if (!free) lanes.push(place)
    place.workers.push(index)
    place.until = worker.until ?? length
  }
  return lanes.map((place) => place.workers)
}

function rowsOf(data: Timeline, calls: number[]): number[][] {
  const { from, until } = data.calls
  const rows: number[][] = []
  const ends: number[] = []
  for (const call of calls.sort((a, b) => (from[a] ?? 0) - (from[b] ?? 0))) {
    const free = ends.findIndex((end) => end <= (from[call] ?? 0))
    const row = free >= 0 ? free : Math.min(rows.length, MAX_ROWS - 1)
    rows[row] = pushed(rows[row], call)
    ends[row] = Math.max(ends[row] ?? 0, until[call] ?? 0)
  }
  return rows
}
