/** For example "1 lease" and "2 leases". */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`
}

/** A duration for readers. @param duration milliseconds */
export function ms(duration: number): string {
  if (duration >= 10_000) return `${(duration / 1000).toFixed(1)} s`
  if (duration >= 1000) return `${(duration / 1000).toFixed(2)} s`
  return `${Number(duration.toFixed(duration < 10 ? 1 : 0))} ms`
}
