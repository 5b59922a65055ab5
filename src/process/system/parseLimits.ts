/** The resource limits that Linux does not enforce, so that a run can mark its processes by their values. */
export const LIMIT_NAMES = ['RLIMIT_RSS', 'RLIMIT_LOCKS'] as const

export type LimitName = (typeof LIMIT_NAMES)[number]

/** Hard limits; without a value if there is none. */
export type Limits = { readonly [name in LimitName]?: bigint }

const LINES: Record<LimitName, RegExp> = {
  RLIMIT_RSS: /^Max resident set +(?:\d+|unlimited) +(\d+) /m,
  RLIMIT_LOCKS: /^Max file locks +(?:\d+|unlimited) +(\d+) /m,
}

/** The hard limits in the text of `/proc/PID/limits`. */
export function parseLimits(text: string): Limits {
  const found: { [name in LimitName]?: bigint } = {}
  for (const name of LIMIT_NAMES) {
    const value = LINES[name].exec(text)?.[1]
    if (value !== undefined) found[name] = BigInt(value)
  }
  return found
}
