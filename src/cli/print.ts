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
