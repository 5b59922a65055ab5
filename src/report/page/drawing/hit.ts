import { type Item, type Kind, type Model, timesOf } from '../model.ts'
import { firstAfter } from './canvas.ts'
import { AXIS, CALLS, LEASE, STRIP } from './drawLanes.ts'
import type { Lane } from './lanes.ts'
import type { Viewport } from './viewport.ts'

/** Pixels beside a narrow span that still belong to it. */
const SLACK = 4

/** The thing at a point of the lanes' canvas. */
export function hit(model: Model, view: Viewport, x: number, y: number, scrollTop: number): Item | undefined {
  if (y < AXIS || x < view.gutter) return undefined
  const down = y - AXIS + scrollTop
  const lane = model.lanes.find(({ top, height }) => down >= top && down < top + height)
  if (!lane) return undefined
  const inLane = down - lane.top
  if (lane.kind === 'orphans') return near(model, view, lane.orphans, 'orphan', x)
  const workers = () => near(model, view, lane.workers, 'worker', x)
  if (lane.kind === 'forkserver' || inLane < STRIP.y + STRIP.height) return workers()
  if (inLane >= CALLS.y && inLane < CALLS.y + CALLS.height && lane.calls.length > 0) {
    const row = Math.floor(((inLane - CALLS.y) / CALLS.height) * lane.calls.length)
    const call = near(model, view, lane.calls[row] ?? [], 'call', x)
    if (call) return call
  }
  return inLane >= LEASE.y ? near(model, view, lane.leases, 'lease', x) : workers()
}

/** By halving, as the lists are sorted: a lane may have tens of thousands of calls. */
function near(
  model: Model,
  view: Viewport,
  list: readonly number[],
  kind: Kind,
  x: number,
): Item | undefined {
  const time = view.time(x)
  const slack = SLACK / view.scale
  const times = (index: number) => timesOf(model, { kind, index })
  const at = firstAfter(list, (index) => times(index).until, time)
  const candidates = [at, at - 1].flatMap((place) => list[place] ?? [])
  const index = candidates.find((candidate) => {
    const { from, until } = times(candidate)
    return time >= from - slack && time <= until + slack
  })
  return index === undefined ? undefined : { kind, index }
}

/** The lease beside one in the time order of its lane, or the first visible one. */
export function neighbour(
  model: Model,
  selected: Item | undefined,
  by: 1 | -1,
  matches: Uint8Array,
): Item | undefined {
  const all = model.lanes.flatMap((lane: Lane) => lane.leases).filter((lease) => matches[lease])
  if (all.length === 0) return undefined
  const current =
    selected?.kind === 'lease'
      ? selected.index
      : selected?.kind === 'call'
        ? model.data.calls.lease[selected.index]
        : undefined
  const at = current === undefined ? -1 : all.indexOf(current)
  const next = at < 0 ? (by === 1 ? 0 : all.length - 1) : (at + by + all.length) % all.length
  return { kind: 'lease', index: all[next] as number }
}
