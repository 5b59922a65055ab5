/** A duration for readers. @param duration milliseconds */
export function ms(duration: number): string {
  if (duration >= 10_000) return `${(duration / 1000).toFixed(1)} s`
  if (duration >= 1000) return `${(duration / 1000).toFixed(2)} s`
  return `${Number(duration.toFixed(duration < 10 ? 1 : 0))} ms`
}
