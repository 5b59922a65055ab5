import { memory } from '../format.ts'
import type { Item, Model } from '../model.ts'
import { type Context, prepare } from './canvas.ts'
import type { Theme } from './theme.ts'
import type { Viewport } from './viewport.ts'

export interface Sums {
  times: number[]
  memory: number[]
  cpu: number[]
  workers: number[]
}

/** The sums over all workers. Workers are sampled at the same times. */
export function sumsOf({ data }: Model): Sums {
  const sums = new Map<number, { memory: number; cpu: number; workers: number }>()
  for (const { times, memory: bytes, cpu } of data.samples) {
    times.forEach((time, at) => {
      const sum = sums.get(time) ?? { memory: 0, cpu: 0, workers: 0 }
      sum.memory += bytes[at] ?? 0
      sum.cpu += cpu[at] ?? 0
      sum.workers += 1
      sums.set(time, sum)
    })
  }
  const sorted = [...sums].sort(([a], [b]) => a - b)
  return {
    times: sorted.map(([time]) => time),
    memory: sorted.map(([, sum]) => sum.memory),
    cpu: sorted.map(([, sum]) => sum.cpu),
    workers: sorted.map(([, sum]) => sum.workers),
  }
}

export interface CurveScene {
  model: Model
  sums: Sums
  view: Viewport
  theme: Theme
  selected: Item | undefined
  /** Time under the pointer. */
  pointed: number | undefined
}

export function drawCurves(canvas: HTMLCanvasElement, scene: CurveScene): void {
  const { context, width, height } = prepare(canvas)
  const half = height / 2
  const worker = workerOf(scene)
  const own = scene.model.data.samples.find((series) => series.worker === worker)
  const { sums } = scene
  drawCurve(context, scene, {
    top: 0,
    height: half,
    width,
    title: 'Memory',
    color: 'memory',
    values: sums.memory,
    own: own && { times: own.times, values: own.memory },
    unit: memory,
  })
  drawCurve(context, scene, {
    top: half,
    height: half,
    width,
    title: 'Processor',
    color: 'cpu',
    values: sums.cpu,
    own: own && { times: own.times, values: own.cpu },
    unit: (value) => `${Math.round(value)}%`,
  })
}

function workerOf({ model: { data }, selected }: CurveScene): number | undefined {
  if (selected?.kind === 'worker') return selected.index
  if (selected?.kind === 'lease') return data.leases.worker[selected.index]
  return selected?.kind === 'call' ? data.calls.worker[selected.index] : undefined
}

interface Curve {
  top: number
  height: number
  width: number
  title: string
  color: string
  values: number[]
  own: { times: number[]; values: number[] } | undefined
  unit(value: number): string
}

function drawCurve(context: Context, scene: CurveScene, curve: Curve): void {
  const { view, theme, sums, pointed } = scene
  const { top, height, width, values, unit } = curve
  const most = Math.max(1, ...inSteps(values)) * 1.12
  const y = (value: number) => top + height - 4 - (value / most) * (height - 14)
  context.save()
  context.beginPath()
  context.rect(view.gutter, top, width - view.gutter, height)
  context.clip()
  path(context, view, sums.times, values, y, true, top + height - 4)
  context.fillStyle = theme.color(curve.color)
  context.globalAlpha = 0.18
  context.fill()
  context.globalAlpha = 1
  path(context, view, sums.times, values, y, false, 0)
  context.strokeStyle = theme.color(curve.color)
  context.lineWidth = 1.5
  context.stroke()
  if (curve.own) {
    path(context, view, curve.own.times, curve.own.values, y, false, 0)
    context.strokeStyle = theme.color('ink')
    context.stroke()
  }
  if (pointed !== undefined) drawPointed(context, scene, curve, pointed, y)
  context.restore()
  drawTitle(context, scene, curve, unit(Math.max(0, ...inSteps(values))))
}

/** A spread of a very long list would exceed the stack. */
function inSteps(values: readonly number[]): number[] {
  let most = 0
  for (const value of values) most = Math.max(most, value)
  return [most]
}

function path(
  context: Context,
  view: Viewport,
  times: readonly number[],
  values: readonly number[],
  y: (value: number) => number,
  closed: boolean,
  bottom: number,
): void {
  context.beginPath()
  let lastX = Number.NEGATIVE_INFINITY
  times.forEach((time, at) => {
    const x = view.x(time)
    if (at > 0 && at < times.length - 1 && x - lastX < 0.5) return
    lastX = x
    if (at === 0 && closed) context.moveTo(x, bottom)
    context.lineTo(x, y(values[at] ?? 0))
  })
  if (closed && times.length > 0) context.lineTo(lastX, bottom)
}

function drawPointed(
  context: Context,
  { view, theme, sums }: CurveScene,
  { values, unit, width }: Curve,
  pointed: number,
  y: (value: number) => number,
): void {
  const at = sums.times.findLastIndex((time) => time <= pointed)
  const x = view.x(pointed)
  context.fillStyle = theme.color('faint')
  context.fillRect(Math.round(x), 0, 1, 400)
  const value = values[at]
  if (value === undefined) return
  context.fillStyle = theme.color('ink')
  context.font = `600 11px ${theme.color('sans')}`
  context.textBaseline = 'bottom'
  const text = unit(value)
  const isLeft = x + 80 > width
  context.textAlign = isLeft ? 'right' : 'left'
  context.fillText(text, x + (isLeft ? -6 : 6), Math.max(y(value) - 2, y(0) - 40))
  context.textAlign = 'left'
}

function drawTitle(
  context: Context,
  { view, theme }: CurveScene,
  { top, height, width, title, color }: Curve,
  most: string,
): void {
  context.fillStyle = theme.color('card')
  context.fillRect(0, top, view.gutter - 1, height)
  context.fillStyle = theme.color('line')
  context.fillRect(view.gutter - 1, top, 1, height)
  if (top > 0) context.fillRect(0, top, width, 1)
  context.textBaseline = 'middle'
  context.fillStyle = theme.color(color)
  context.font = `600 12px ${theme.color('sans')}`
  context.fillText(title, 14, top + height / 2 - 9, view.gutter - 18)
  context.fillStyle = theme.color('faint')
  context.font = `11px ${theme.color('sans')}`
  context.fillText(`max ${most}`, 14, top + height / 2 + 9, view.gutter - 18)
}
