import { once } from 'node:events'
import type { WorkerFrame } from '../../src/client/gen/vitest_python/v1/bridge.ts'
import { BridgeClient } from './bridgeClient.ts'
import { startFrame } from './frames.ts'

const CHUNK = 1 << 20

/** Sends large values over gRPC as its documentation recommends: in pieces (here 1 MB) with flow control. */
export class ChunkStream {
  readonly #client
  readonly #stream

  constructor(address: string) {
    this.#client = new BridgeClient(address)
    this.#stream = this.#client.session('/bench.Chunks/Session')
    this.#stream.on('error', () => {})
  }

  /** Sends a value and resolves to the answer. */
  async exchange(value: Uint8Array): Promise<Uint8Array> {
    const answer = this.#receive()
    for (let at = 0; at < value.length; at += CHUNK) await this.#send(value.subarray(at, at + CHUNK))
    await this.#send(new Uint8Array())
    return answer
  }

  close(): void {
    this.#stream.cancel()
    this.#client.close()
  }

  async #send(piece: Uint8Array): Promise<void> {
    if (!this.#stream.write(startFrame(1, piece))) await once(this.#stream, 'drain')
  }

  #receive(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    return new Promise((resolve) => {
      const receive = ({ kind }: WorkerFrame) => {
        if (kind?.$case === 'item') return void pieces.push(kind.value)
        this.#stream.off('data', receive)
        resolve(Buffer.concat(pieces))
      }
      this.#stream.on('data', receive)
    })
  }
}
