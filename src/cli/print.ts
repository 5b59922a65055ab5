import { Writable } from 'node:stream'
import { printable, printableJson } from '../support/text/safeText.ts'

/** Prints a text on standard output. */
export function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`)
}

/** Prints a text on standard error. */
export function printError(text: string): void {
  process.stderr.write(`${printable(text)}\n`)
}

/** Prints a value as JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(value)}\n`)
}

/** A stream to standard error that is no terminal, for a program that would take the terminal over. */
export function streamToStderr(): Writable {
  return new Writable({
    write: (chunk, _, done) => void process.stderr.write(`${printable(String(chunk))}`, done),
  })
}

/** Sends everything that others print meanwhile, such as a configuration that is loaded, to standard error. */
export async function withStdoutOnStderr<T>(work: () => Promise<T>): Promise<T> {
  const { write } = process.stdout
  process.stdout.write = process.stderr.write.bind(process.stderr)
  try {
    return await work()
  } finally {
    process.stdout.write = write
  }
}
