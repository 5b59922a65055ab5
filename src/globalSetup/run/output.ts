import type { Conclusion } from '../../report/summary/conclude.ts'
import { printable } from '../../support/text/safeText.ts'

/** Prints a text for the user. Uses standard error, because a reporter may write JSON to standard output. */
export function announce(text: string): void {
  process.stderr.write(`${printable(text).replace(/^/gm, ' python  ')}\n`)
}

/** Prints problems with reports and, unless the runner is silent, the summary. */
export function showConclusion({ problems, summary }: Conclusion): void {
  for (const problem of problems) announce(problem)
  if (!silent && summary.length > 0) process.stderr.write(`${printable(summary.join('\n'))}\n\n`)
}

let silent = false

/** Prints progress, unless the runner is silent. */
export function progress(text: string): void {
  if (!silent) announce(text)
}

/** Turns progress off or on in this process. */
export function silenceProgress(isSilent: boolean): void {
  silent = isSilent
}
