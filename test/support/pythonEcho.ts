import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The development interpreter. */
export const PYTHON = `${root}.cache/python/bin/python`

/** A real Python that decodes with the worker's codec, and encodes the result again. */
export class PythonEcho {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #chunks: AsyncIterator<unknown>
  #arrived = Buffer.alloc(0)

  /** @param libraries modules that Python imports first, for example `numpy` */
  constructor(...libraries: string[]) {
    this.#process = spawn(PYTHON, ['-m', 'tests.values_echo', ...libraries], {
      cwd: `${root}python`,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#chunks = this.#process.stdout[Symbol.asyncIterator]()
  }

  /** Sends one message and returns Python's answer. Throws the error of Python's codec. */
  async exchange(message: Uint8Array): Promise<Uint8Array> {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(message.length)
    this.#process.stdin.write(Buffer.concat([header, message]))
    const answer = await this.#read((await this.#read(4)).readUInt32BE())
    if (answer[0] === 1) throw new Error(answer.subarray(1).toString())
    return answer.subarray(1)
  }

  async end(): Promise<void> {
    this.#process.stdin.end()
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit')
  }

  async #read(length: number): Promise<Buffer> {
    while (this.#arrived.length < length) {
      const next = await this.#chunks.next()
      if (next.done) throw new Error('Python ended before it answered.')
      this.#arrived = Buffer.concat([this.#arrived, next.value as Buffer])
    }
    const bytes = this.#arrived.subarray(0, length)
    this.#arrived = this.#arrived.subarray(length)
    return bytes
  }
}
