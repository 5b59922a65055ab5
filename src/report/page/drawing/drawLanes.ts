import type { Filter } from '../filter.ts'
import { axisLabel } from '../format.ts'
import { type Item, type Model, timesOf, titleOf } from '../model.ts'
import { type Context, firstAfter, prepare, writeText } from './canvas.ts'
import type { Lane } from './lanes.ts'
import { inkOn, type Theme } from './theme.ts'
import { ticks, type Viewport } from './viewport.ts'

export const AXIS = 26
const DIMMED = 0.14

/** Parts of a lane, in pixels from its top. */
export const STRIP = { y: 5, height: 11 }
export const LEASE = { y: 17, height: 17 }
export const CALLS = { y: 35, height: 12 }

export interface Scene {
  model: Model
  view: Viewport
  theme: Theme
  filter: Filter
  selected: Item | undefined
  hovered: Item | undefined
  scrollTop: number
}

export function drawLanes(canvas: HTMLCanvasElement, scene: Scene): void {
  const { context, width, height } = prepare(canvas)
  const { model, view, theme, scrollTop } = scene
  view.width = width
  drawGrid(context, view, theme, height)
  context.textBaseline = 'middle'
  for (const lane of model.lanes) {
    const y = AXIS + lane.top - scrollTop
    if (y > height || y + lane.height < AXIS) continue
    context.save()
    context.beginPath()
    context.rect(view.gutter, Math.max(AXIS, y), width - view.gutter, lane.height)
    context.clip()
    drawLane(context, lane, y, scene)
    context.restore()
    drawName(context, lane, y, scene, width)
  }
  drawAxis(context, view, theme, width)
}

function drawGrid(context: Context, view: Viewport, theme: Theme, height: number): void {
  context.fillStyle = theme.color('line')
  context.globalAlpha = 0.6
  for (const time of ticks(view).times) context.fillRect(Math.round(view.x(time)), 0, 1, height)
  context.globalAlpha = 1
}

function drawAxis(context: Context, view: Viewport, theme: Theme, width: number): void {
  const { step, times } = ticks(view)
  context.fillStyle = theme.color('card')
  context.fillRect(0, 0, width, AXIS)
  context.fillStyle = theme.color('line')
  context.fillRect(0, AXIS - 1, width, 1)
  context.font = `11px ${theme.color('sans')}`
  context.fillStyle = theme.color('soft')
  context.textBaseline = 'middle'
  for (const time of times) {
    const x = view.x(time)
    if (x >= view.gutter - 2 && x < width - 30) context.fillText(axisLabel(time, step), x + 4, AXIS / 2)
  }
}

function drawName(context: Context, lane: Lane, y: number, { view, theme }: Scene, width: number): void {
  const top = Math.max(AXIS, y)
  context.save()
  context.beginPath()
  context.rect(0, top, width, lane.height - (top - y))
  context.clip()
  context.fillStyle = theme.color('card')
  context.fillRect(0, top, view.gutter, lane.height)
  context.fillStyle = theme.color('ink')
  context.font = `600 12px ${theme.color('sans')}`
  const isTall = lane.height > 40
  writeText(context, lane.title, 14, y + (isTall ? 20 : lane.height / 2), view.gutter - 18)
  context.font = `11px ${theme.color('sans')}`
  context.fillStyle = theme.color('faint')
  if (isTall) writeText(context, lane.subtitle, 14, y + 36, view.gutter - 18)
  context.fillStyle = theme.color('line')
  context.fillRect(0, y + lane.height - 1, width, 1)
  context.fillRect(view.gutter - 1, top, 1, lane.height)
  context.restore()
}

function drawLane(context: Context, lane: Lane, y: number, scene: Scene): void {
  drawWorkers(context, lane, y, scene)
  drawLeases(context, lane, y, scene)
  drawCalls(context, lane, y, scene)
  drawOrphans(context, lane, y, scene)
  drawCrashes(context, lane, y, scene)
  for (const item of [scene.hovered, scene.selected]) if (item) drawOutline(context, lane, y, scene, item)
}

function drawWorkers(context: Context, lane: Lane, y: number, { model, view, theme }: Scene): void {
  const isForkserver = lane.kind === 'forkserver'
  context.font = `10px ${theme.color('sans')}`
  for (const index of lane.workers) {
    const worker = model.data.workers[index]
    if (!worker) continue
    const [from, until] = [view.x(worker.from), view.x(worker.until ?? model.length)]
    if (until < view.gutter || from > view.width) continue
    const [top, height] = isForkserver ? [y + 8, 14] : [y + STRIP.y, STRIP.height]
    const ready = Math.max(from, view.x(worker.ready ?? worker.until ?? model.length))
    context.fillStyle = theme.color('strip')
    context.beginPath()
    context.roundRect(from, top, Math.max(1, until - from), height, 3)
    context.fill()
    // Until it is ready, a worker is only an outline: its start is a wait.
    context.fillStyle = theme.color('card')
    if (ready - from > 3) context.fillRect(from + 1, top + 1, Math.min(ready, until) - from - 1, height - 2)
    context.fillStyle = theme.color('strip-ink')
    const x = Math.max(ready, view.gutter) + (isRestart(lane, index, model) ? 18 : 5)
    const label = isForkserver
      ? `forkserver, pid ${worker.pid ?? '?'}`
      : `${worker.id} · ${worker.pid ?? '?'}`
    writeText(context, label, x, top + height / 2 + 0.5, until - x - 3)
  }
}

/** Whether it replaces a worker that crashed, so its begin has a mark. */
function isRestart(lane: Lane, index: number, { data }: Model): boolean {
  const before = lane.workers[lane.workers.indexOf(index) - 1]
  return before !== undefined && data.workers[before]?.exit?.crashed === true
}

function drawLeases(context: Context, lane: Lane, y: number, scene: Scene): void {
  const { model, view, theme, filter } = scene
  const { data, colors } = model
  const times = (lease: number) => data.leases.until[lease] ?? model.length
  context.font = `11px ${theme.color('sans')}`
  let last = -1
  const top = y + LEASE.y
  for (let at = firstAfter(lane.leases, times, view.from); at < lane.leases.length; at++) {
    const lease = lane.leases[at] as number
    const from = view.x(data.leases.taken[lease] ?? 0)
    if (from > view.width) break
    const until = view.x(times(lease))
    // Spans that share a pixel are drawn once.
    if (until - from < 1 && Math.floor(from) === last) continue
    last = Math.floor(from)
    const color = theme.palette[colors.get(data.leases.file[lease] ?? -1) ?? 0] as string
    context.globalAlpha = filter.leases[lease] ? 1 : DIMMED
    context.fillStyle = color
    const width = Math.max(1, until - from - 0.5)
    if (width < 6) context.fillRect(from, top, width, LEASE.height)
    else {
      context.beginPath()
      context.roundRect(from, top, width, LEASE.height, 3)
      context.fill()
      context.fillStyle = inkOn(color)
      const x = Math.max(from, view.gutter) + 5
      writeText(
        context,
        titleOf(model, { kind: 'lease', index: lease }),
        x,
        top + LEASE.height / 2 + 0.5,
        until - x - 4,
      )
    }
  }
  context.globalAlpha = 1
}

function drawCalls(context: Context, lane: Lane, y: number, { model, view, theme, filter }: Scene): void {
  const { from: froms, until: untils, error, name } = model.data.calls
  const rows = lane.calls.length
  const height = CALLS.height / Math.max(1, rows)
  context.font = `10px ${theme.color('sans')}`
  lane.calls.forEach((row, number) => {
    const top = y + CALLS.y + number * height
    let last = -1
    let lastFailed = false
    for (let at = firstAfter(row, (call) => untils[call] as number, view.from); at < row.length; at++) {
      const call = row[at] as number
      const from = view.x(froms[call] as number)
      if (from > view.width) break
      const until = view.x(untils[call] as number)
      const failed = (error[call] as number) >= 0
      if (until - from < 1 && Math.floor(from) === last && (!failed || lastFailed)) continue
      last = Math.floor(from)
      lastFailed = failed
      context.globalAlpha = filter.calls[call] ? 1 : DIMMED
      context.fillStyle = theme.color(failed ? 'bad' : 'faint')
      const width = Math.max(failed ? 2 : 1, until - from - 0.5)
      context.fillRect(from, top, width, height - 1)
      if (width < 26 || height < 9) continue
      context.fillStyle = theme.color('card')
      const x = Math.max(from, view.gutter) + 4
      const label = `${failed ? '✕ ' : ''}${model.data.texts[name[call] as number] ?? ''}`
      writeText(context, label, x, top + height / 2, until - x - 3)
    }
  })
  context.globalAlpha = 1
}

function drawOrphans(context: Context, lane: Lane, y: number, { model, view, theme }: Scene): void {
  context.font = `11px ${theme.color('sans')}`
  for (const index of lane.orphans) {
    const { from, until } = timesOf(model, { kind: 'orphan', index })
    const [x, end] = [Math.max(view.gutter + 4, view.x(from)), view.x(until)]
    if (end < view.gutter) continue
    context.fillStyle = theme.color('bad-paper')
    context.fillRect(x, y + 8, Math.max(2, end - x), 18)
    context.fillStyle = theme.color('bad')
    context.beginPath()
    context.moveTo(x, y + 25)
    context.lineTo(x + 8, y + 9)
    context.lineTo(x + 16, y + 25)
    context.fill()
    context.fillRect(x, y + 25, Math.max(2, end - x), 1.5)
    const orphan = model.data.orphans[index]
    writeText(context, `pid ${orphan?.pid} ${orphan?.command}`, x + 20, y + 17, end - x - 24)
  }
}

function drawCrashes(context: Context, lane: Lane, y: number, { model, view, theme }: Scene): void {
  lane.workers.forEach((index, at) => {
    const worker = model.data.workers[index]
    if (!worker?.exit?.crashed || worker.until === null) return
    const x = view.x(worker.until)
    mark(context, x, y + STRIP.y + STRIP.height / 2, theme, '✕', 'bad')
    const next = model.data.workers[lane.workers[at + 1] ?? -1]
    if (next)
      mark(
        context,
        Math.max(x + 15, view.x(next.from) + 8),
        y + STRIP.y + STRIP.height / 2,
        theme,
        '↻',
        'doubt',
      )
  })
}

function mark(context: Context, x: number, y: number, theme: Theme, sign: string, color: string): void {
  context.fillStyle = theme.color(color)
  context.beginPath()
  context.arc(x, y, 7, 0, 2 * Math.PI)
  context.fill()
  context.fillStyle = theme.color('card')
  context.font = `bold 10px ${theme.color('sans')}`
  context.textAlign = 'center'
  context.fillText(sign, x, y + 0.5)
  context.textAlign = 'start'
}

function drawOutline(context: Context, lane: Lane, y: number, scene: Scene, item: Item): void {
  const box = boxIn(lane, item, scene.model)
  if (!box) return
  const { view, theme } = scene
  const { from, until } = timesOf(scene.model, item)
  const [x, end] = [view.x(from), Math.max(view.x(from) + 3, view.x(until))]
  context.lineWidth = item === scene.selected ? 2 : 1.5
  context.strokeStyle = theme.color('ink')
  context.strokeRect(x - 1, y + box.y - 1, end - x + 1, box.height + 2)
}

/** The vertical place of something in a lane; `undefined` if it is in another one. */
function boxIn(
  lane: Lane,
  { kind, index }: Item,
  { data }: Model,
): { y: number; height: number } | undefined {
  if (kind === 'orphan') return lane.orphans.includes(index) ? { y: 8, height: 18 } : undefined
  if (kind === 'worker') {
    if (!lane.workers.includes(index)) return undefined
    return lane.kind === 'forkserver' ? { y: 8, height: 14 } : STRIP
  }
  const worker = data[kind === 'lease' ? 'leases' : 'calls'].worker[index] as number
  if (!lane.workers.includes(worker)) return undefined
  if (kind === 'lease') return LEASE
  const row = lane.calls.findIndex((calls) => calls.includes(index))
  const height = CALLS.height / lane.calls.length
  return { y: CALLS.y + row * height, height: height - 1 }
}
