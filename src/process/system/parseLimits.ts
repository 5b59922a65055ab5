/**
 * The hard limit of `RLIMIT_RSS` in the text of `/proc/PID/limits`, in bytes.
 *
 * @returns `undefined` for `unlimited`, and if the text has no such line
 */
export function parseResidentLimit(text: string): bigint | undefined {
  const match = /^Max resident set +(?:\d+|unlimited) +(\d+) /m.exec(text)
  return match ? BigInt(match[1] as string) : undefined
}
