import { printable } from '../../support/safeText.ts'

/** Prints a text for the user. Uses standard error, because a reporter may write JSON to standard output. */
export function announce(text: string): void {
  process.stderr.write(`${printable(text).replace(/^/gm, ' python  ')}\n`)
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
