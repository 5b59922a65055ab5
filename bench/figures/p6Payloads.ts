import type { LeasedClient } from '../../src/environment/leases/pythonPool.ts'
import { type Figure, type Row, timesFaster } from '../harness/figure.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { startBareServer } from '../support/bareServer.ts'
import { ChunkStream } from '../support/chunkStream.ts'
import { BenchRun } from '../support/run.ts'

const MEGABYTE = 1 << 20

/** Large values from Python to the test and back, against gRPC in pieces of 1 MB and in one message. */
export const payloads: Figure = {
  id: 'P6',
  async measure() {
    const run = await BenchRun.open()
    const pool = run.test()
    const server = await startBareServer()
    const chunks = new ChunkStream(server.address)
    try {
      const client = await pool.lease()
      const rows: Row[] = []
      for (const megabytes of [16, 64]) {
        const size = megabytes * MEGABYTE
        const samples = await interleave(5, {
          bytes: () => timed(() => thereAndBack(client, 'work.make_bytes', size)),
          array: () => timed(() => thereAndBack(client, 'work.make_array', size)),
          chunks: () => timed(async () => chunks.exchange(await chunks.exchange(ask(size)))),
          unary: () => timed(async () => server.unary(await server.unary(ask(size)))),
        })
        for (const kind of ['bytes', 'array'] as const) {
          rows.push(...compare(`${megabytes} MB of ${kind}, there and back`, samples[kind], samples))
        }
      }
      return rows
    } finally {
      chunks.close()
      await pool.releaseAll()
      await Promise.all([server.stop(), run.stop()])
    }
  },
}

function compare(
  what: string,
  taken: number[],
  { chunks, unary }: Record<'chunks' | 'unary', number[]>,
): Row[] {
  const [figure, chunked, whole] = [median(taken), median(chunks), median(unary)]
  return [
    {
      what,
      figure,
      unit: 'ms',
      baseline: { what: '1 MB chunks', figure: chunked },
      targets: [timesFaster(figure, chunked, 4)],
    },
    {
      what,
      figure,
      unit: 'ms',
      baseline: { what: 'unary', figure: whole },
      targets: [timesFaster(figure, whole, 8)],
    },
  ]
}

async function thereAndBack(client: LeasedClient, make: string, size: number): Promise<void> {
  const value = await client.call(make, [size])
  await client.call('work.size', [value])
}

function ask(size: number): Uint8Array {
  return Buffer.from(`make ${size}`)
}
