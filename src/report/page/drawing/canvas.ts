export type Context = CanvasRenderingContext2D

/** Fits a canvas to its size on the screen. @returns its context, in CSS pixels */
export function prepare(canvas: HTMLCanvasElement): { context: Context; width: number; height: number } {
  const { clientWidth: width, clientHeight: height } = canvas
  const ratio = devicePixelRatio || 1
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h]
  const context = canvas.getContext('2d') as Context
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  return { context, width, height }
}

/** Writes a text, shortened to a width. Nothing if less than two letters fit. */
export function writeText(context: Context, text: string, x: number, y: number, width: number): void {
  if (width < 18) return
  const fits = Math.floor(width / 6.2)
  if (text.length <= fits) context.fillText(text, x, y, width)
  else if (fits > 2) context.fillText(`${text.slice(0, fits - 1)}…`, x, y, width)
}

/** The first entry of a list sorted by time that ends after `time`, if no two overlap. */
export function firstAfter(list: readonly number[], until: (entry: number) => number, time: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (until(list[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}
