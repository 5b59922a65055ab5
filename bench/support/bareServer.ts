import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WorkerFrame } from '../../src/client/gen/vitest_python/v1/bridge.ts'
import { BridgeClient } from './bridgeClient.ts'
import { startFrame } from './frames.ts'
import { programs, python, root } from './paths.ts'

/** A Python process with a hand-written gRPC server, and its client. */
export interface BareServer {
  readonly client: BridgeClient
  readonly address: string
  readonly pid: number
  unary(payload: Uint8Array): Promise<Uint8Array>
  stop(): Promise<void>
}

/** Starts `bench/python/bare.py` in a new interpreter, with numpy. Resolves when it listens. */
export async function startBareServer(): Promise<BareServer> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'))
  const socket = join(directory, 's')
  const child = spawn(python, [join(programs, 'bare.py'), socket, join(root, 'python')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await ready(child)
  const address = `unix:${socket}`
  const client = new BridgeClient(address)
  return {
    client,
    address,
    pid: child.pid as number,
    unary: (payload) =>
      new Promise((resolve, reject) => {
        client.call({ name: 'echo', arguments: payload }, (error, reply) =>
          error
            ? reject(error)
            : resolve(reply?.kind?.$case === 'value' ? reply.kind.value : new Uint8Array()),
        )
      }),
    async stop() {
      client.close()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', (status) => reject(new Error(`bench/python/bare.py exited with ${status}`)))
  })
}

/** The minimal use of a bidirectional stream for calls: each has a number, and a map holds the pending ones. */
export class BareStream {
  readonly #stream
  readonly #waiting = new Map<number, (frame: WorkerFrame) => void>()
  #calls = 0

  constructor(client: BridgeClient) {
    this.#stream = client.session()
    this.#stream.on('data', (frame: WorkerFrame) => {
      this.#waiting.get(frame.call)?.(frame)
      this.#waiting.delete(frame.call)
    })
    this.#stream.on('error', () => {})
  }

  call(payload: Uint8Array): Promise<WorkerFrame> {
    const call = ++this.#calls
    return new Promise((resolve) => {
      this.#waiting.set(call, resolve)
      this.#stream.write(startFrame(call, payload))
    })
  }

  close(): void {
    this.#stream.cancel()
  }
}
