/** Says something to the user. Standard error, because a reporter may be writing JSON to standard output. */
export function announce(text: string): void {
  process.stderr.write(`${text.replace(/^/gm, ' python  ')}\n`)
}

let silent = false

/** What takes long, and what is done about it; nothing where the runner was told to be silent. */
export function progress(text: string): void {
  if (!silent) announce(text)
}

/** Whether progress is kept quiet from now on, in this process. */
export function silenceProgress(whether: boolean): void {
  silent = whether
}
