/** The numbers of a release: 1, 85, 1 for `v1.85.1rc2+cpu` (PEP 440 without pre-, post- and local parts). */
export function release(version: string): number[] {
  const digits = /^\s*v?(?:\d+!)?(\d+(?:\.\d+)*)/.exec(version)?.[1]
  return digits === undefined ? [] : digits.split('.').map(Number)
}

/** Negative if `a` is older than `b`, positive if it is newer. Missing numbers are zeros: 1.60 equals 1.60.0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [release(a), release(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
