// Stands in for the runner's main process: pool and broker in a process of their own.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type ActiveRun, openRun } from '../../src/globalSetup/run/activeRun.ts'
import { withCoverage } from '../../src/globalSetup/run/coverage.ts'
import { resolvePools } from '../../src/options/options.ts'
import type { ResolvedOptions } from '../../src/options/schema.ts'
import { programs } from './paths.ts'

export type Order = { op: 'open'; options: object; isMeasured: boolean } | { op: 'stop' } | { op: 'heap' }

/** Durations at the end of a run. */
export interface Stopped {
  /** Milliseconds. */
  took: number
  /** Longest blocking of the event loop, in milliseconds. */
  blocked: number
  report: string
  failed: boolean
}

let run: ActiveRun | undefined

async function obey(order: Order): Promise<unknown> {
  if (order.op === 'open') {
    const { isMeasured } = order
    const { run: options } = withCoverage(
      { run: resolvePools(order.options)['default'] as ResolvedOptions },
      { isMeasured, reruns: false },
    )
    run = await openRun(programs, options as ResolvedOptions)
    return run.context
  }
  if (order.op === 'stop') return stop()
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function stop(): Promise<Stopped> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  const outcome = await run?.stop()
  const took = performance.now() - began
  delay.disable()
  return { took, blocked: delay.max / 1e6, report: outcome?.report ?? '', failed: outcome?.failed ?? true }
}

process.on('message', async ({ id, order }: { id: number; order: Order }) => {
  const answer = await obey(order).then(
    (value) => ({ id, value }),
    (error: Error) => ({ id, error: error.message }),
  )
  process.send?.(answer)
})
process.on('disconnect', () => process.exit())
