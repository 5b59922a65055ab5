/** A duration of so many milliseconds, for people: "1.2 s". */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}
