// A test process that runs tests one after another, each with its own worker.
import type { RunContext } from '../../src/client/lease/context.ts'
import { TestLeases } from '../../src/environment/leases/testLeases.ts'
import { WorkerLeases } from '../../src/environment/leases/workerLeases.ts'
import type { TestedCall } from './testIn.ts'

interface Order {
  context: RunContext
  tests: number
  call: TestedCall
}

/** @returns for each test, the milliseconds from its request to the first answer */
async function test({ context, tests, call }: Order): Promise<number[]> {
  const leases = new WorkerLeases(context)
  const waits: number[] = []
  for (let n = 0; n < tests; n++) {
    const pool = new TestLeases(leases, { file: `${process.pid}.test.ts`, test: `${n}` })
    const began = performance.now()
    const client = await pool.lease()
    await client.call(call.name, [...call.args])
    waits.push(performance.now() - began)
    await pool.releaseAll()
  }
  await leases.releasePrefetched()
  return waits
}

process.once('message', async (order: Order) => {
  const waits = await test(order)
  process.send?.(waits, () => process.disconnect())
})
process.send?.('ready')
