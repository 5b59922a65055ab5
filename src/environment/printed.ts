import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** What a worker prints, from where it was read last. */
export class Printed {
  readonly #path: string
  #offset = 0

  /** @param fromNow leaves out what is there already */
  constructor(path: string, fromNow: boolean) {
    this.#path = path
    if (fromNow) this.#offset = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** What came since the last time; empty where nothing did. */
  read(): string {
    const buffer = Buffer.allocUnsafe(64 * 1024)
    const chunks: Buffer[] = []
    let descriptor: number | undefined
    try {
      descriptor = openSync(this.#path, 'r')
      for (let length = 1; length > 0; this.#offset += length) {
        length = readSync(descriptor, buffer, 0, buffer.length, this.#offset)
        chunks.push(Buffer.from(buffer.subarray(0, length)))
      }
    } catch {
      // The run directory is gone: the run was killed, and with it everything that printed.
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
    return Buffer.concat(chunks).toString('utf8')
  }
}
