/** Says something to the user. Standard error, because a reporter may be writing JSON to standard output. */
export function announce(text: string): void {
  process.stderr.write(`${text.replace(/^/gm, ' python  ')}\n`)
}
