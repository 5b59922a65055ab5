import type { Readable, Writable } from 'node:stream'

/** One message of the control protocol: a JSON object on a line of its own. */
export type JsonLine = Record<string, unknown>

/** In characters. A longer line is not one of our messages. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024

/**
 * Calls `receive` for each line that arrives, until the stream ends. If a line is not a JSON object, `refuse` is called
 * with the problem, and the following lines are still read.
 */
export function readLines(
  stream: Readable,
  receive: (line: JsonLine) => void,
  refuse: (problem: string) => void,
): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() as string
    for (const text of lines) dispatch(text, receive, refuse)
    if (rest.length > MAX_LINE_LENGTH)
      stream.destroy(new Error(`a line of more than ${MAX_LINE_LENGTH} characters`))
  })
}

function dispatch(text: string, receive: (line: JsonLine) => void, refuse: (problem: string) => void): void {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    return refuse(`not JSON: ${text.slice(0, 200)}`)
  }
  if (typeof line !== 'object' || line === null || Array.isArray(line)) {
    return refuse(`not a JSON object: ${text.slice(0, 200)}`)
  }
  receive(line as JsonLine)
}

/** Sends one line. If the peer is gone, nothing happens: the code that waits for its end notices it. */
export function writeLine(stream: Writable, line: JsonLine): void {
  if (stream.writable) stream.write(`${JSON.stringify(line)}\n`)
}
