/** The shortest time that can be shown, in milliseconds. */
const SHORTEST_MS = 0.05

/** The part of the run that is visible, and its place on the canvas. */
export class Viewport {
  from = 0
  until: number
  /** Pixels on the left for the names of the lanes. */
  gutter = 120
  width = 800
  readonly #length: number
  readonly #changed: () => void

  constructor(length: number, changed: () => void) {
    this.#length = length
    this.#changed = changed
    this.until = length
    this.showAll()
  }

  get scale(): number {
    return (this.width - this.gutter) / (this.until - this.from)
  }

  x(time: number): number {
    return this.gutter + (time - this.from) * this.scale
  }

  time(x: number): number {
    return this.from + (x - this.gutter) / this.scale
  }

  showAll(): void {
    this.show(-this.#length * 0.01, this.#length * 1.01)
  }

  pan(pixels: number): void {
    const by = pixels / this.scale
    this.show(this.from + by, this.until + by)
  }

  /** @param factor below 1 zooms in @param x stays where it is. Default: the middle */
  zoom(factor: number, x: number = (this.gutter + this.width) / 2): void {
    const time = this.time(x)
    this.show(time - (time - this.from) * factor, time + (this.until - time) * factor)
  }

  /** Shows a time span, within the run. */
  show(from: number, until: number): void {
    const most = this.#length * 1.02
    const size = Math.min(most, Math.max(SHORTEST_MS, until - from))
    const middle = (from + until) / 2
    const least = -this.#length * 0.01
    this.from = Math.min(Math.max(middle - size / 2, least), least + most - size)
    this.until = this.from + size
    this.#changed()
  }

  /** Shows a span with some room around it. */
  focus(from: number, until: number): void {
    const room = Math.max((until - from) * 0.6, SHORTEST_MS)
    this.show(from - room, until + room)
  }

  /** Moves a span into view, and zooms out if it is too long. */
  reveal(from: number, until: number): void {
    if (from >= this.from && until <= this.until) return
    if (until - from > this.until - this.from) return this.focus(from, until)
    const middle = (from + until) / 2
    const half = (this.until - this.from) / 2
    this.show(middle - half, middle + half)
  }
}

/** Round times for an axis, in milliseconds. */
export function ticks({ from, until, width, gutter }: Viewport): { step: number; times: number[] } {
  const rough = ((until - from) * 90) / Math.max(90, width - gutter)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const times: number[] = []
  for (let time = Math.ceil(from / step) * step; time <= until; time += step) times.push(time)
  return { step, times }
}
