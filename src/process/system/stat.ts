/** The fields of `/proc/PID/stat` that are used here. */
export interface ProcessStat {
  pid: number
  /** Name of the program, at most 15 bytes; may hold spaces and parentheses. */
  name: string
  /** One letter: R, S, D, T, Z, X … */
  state: string
  parent: number
  /** Process ID of the session's leader. */
  session: number
  threads: number
  /** Field 22: clock ticks since boot. It is text, because it is compared and never calculated with. */
  startTime: string
}

/**
 * Parses the text of `/proc/PID/stat`. The name is in parentheses and may itself contain `) `, so the fields are
 * counted from the last parenthesis (proc(5)).
 *
 * @returns `undefined` if the text is not a complete stat line
 */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  if (open < 1 || close < open) return undefined
  const pid = Number(text.slice(0, open))
  const fields = text.slice(close + 2).split(' ')
  const number = (at: number) => Number(fields[at])
  const [state, parent, session, threads, startTime] = [
    fields[0],
    number(1),
    number(3),
    number(17),
    fields[19],
  ]
  if (!Number.isInteger(pid) || !state || !Number.isInteger(parent)) return undefined
  if (startTime === undefined || !/^\d+$/.test(startTime)) return undefined
  return { pid, name: text.slice(open + 1, close), state, parent, session, threads, startTime }
}

/**
 * Whether the process can still run code. A zombie cannot, with one exception: if only the main thread has ended
 * (`pthread_exit` in `main`), the process is shown as Z while its other threads go on.
 */
export function isAlive(stat: Pick<ProcessStat, 'state' | 'threads'>): boolean {
  return (stat.state !== 'Z' && stat.state !== 'X') || stat.threads > 1
}
