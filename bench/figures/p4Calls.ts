import { type Figure, missedBy, reaches, within } from '../harness/figure.ts'
import { interleave } from '../harness/interleave.ts'
import { median } from '../harness/statistics.ts'
import { BareStream, startBareServer } from '../support/bareServer.ts'
import { oneByOne } from '../support/oneByOne.ts'
import { BenchRun } from '../support/run.ts'

const TEXT = 'x'.repeat(100)
const PAYLOAD = Buffer.from(TEXT)

type Call = () => Promise<unknown>

/** The cost of a small call, one after another and with many in flight. */
export const calls: Figure = {
  id: 'P4',
  measure: () =>
    withContestants(async ({ call, stream, unary }) => {
      const samples = await interleave(30, {
        call: () => oneByOne(200, call),
        stream: () => oneByOne(200, stream),
        unary: () => oneByOne(100, unary),
      })
      const [figure, bare, slow] = [median(samples.call), median(samples.stream), median(samples.unary)]
      const what = 'python.call, 100 B'
      return [
        {
          what,
          figure,
          unit: 'µs',
          baseline: { what: 'bare stream', figure: bare },
          targets: [missedBy(1.6, within(figure, bare, 0.65))],
        },
        {
          what,
          figure,
          unit: 'µs',
          baseline: { what: 'bare unary', figure: slow },
          targets: [within(figure, slow, 0.5)],
        },
      ]
    }),
}

export const inFlight: Figure = {
  id: 'P5',
  measure: () =>
    withContestants(async ({ call, stream }) => {
      const samples = await interleave(10, {
        call: () => sideBySide(2000, 64, call),
        stream: () => sideBySide(2000, 64, stream),
      })
      const [figure, bare] = [median(samples.call), median(samples.stream)]
      return [
        {
          what: '64 calls in flight',
          figure,
          unit: '/s',
          baseline: { what: 'bare stream', figure: bare },
          targets: [reaches(figure, bare, 1.5)],
        },
      ]
    }),
}

async function withContestants<T>(
  measure: (contestants: Record<'call' | 'stream' | 'unary', Call>) => Promise<T>,
): Promise<T> {
  const run = await BenchRun.open()
  const pool = run.test()
  const server = await startBareServer()
  const stream = new BareStream(server.client)
  try {
    const client = await pool.lease()
    return await measure({
      call: () => client.call('work.echo', [TEXT]),
      stream: () => stream.call(PAYLOAD),
      unary: () => server.unary(PAYLOAD),
    })
  } finally {
    stream.close()
    await pool.releaseAll()
    await Promise.all([server.stop(), run.stop()])
  }
}

/** Calls per second. */
async function sideBySide(count: number, width: number, call: Call): Promise<number> {
  const began = performance.now()
  let left = count
  const next = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: width }, next))
  return (count * 1000) / (performance.now() - began)
}
