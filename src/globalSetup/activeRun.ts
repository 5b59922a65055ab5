import type { RunContext } from '../client/context.ts'
import { listenForTests } from '../pool/broker.ts'
import type { ResolvedOptions } from '../pool/options.ts'
import { Pool } from '../pool/pool.ts'
import { report } from '../pool/report.ts'
import { createRun } from '../pool/run.ts'
import { stopRun } from '../pool/stop.ts'
import { mustFail } from '../pool/verdict.ts'
import { PROTOCOL } from '../process/protocol.ts'
import { installPython } from './installPython.ts'

/** A run with its broker, and how many projects use it. */
export interface ActiveRun {
  readonly context: RunContext
  users: number
  /** Ends it; resolves to the report and whether the runner must exit non-zero. */
  stop(): Promise<{ report: string | undefined; failed: boolean }>
}

/** Opens a run: a directory and a socket, no Python yet unless `start` is `eager`. */
export async function openRun(root: string, options: ResolvedOptions): Promise<ActiveRun> {
  const run = createRun(root, options)
  const pool = new Pool(run, () => installPython(root, options.python))
  const broker = await listenForTests(pool)
  if (options.start === 'eager') pool.warm()
  const { isolation, leaseTimeout } = options
  return {
    users: 0,
    context: {
      ...{ protocol: PROTOCOL, runId: run.directory.runId, token: run.token, isolation, leaseTimeout },
      broker: `unix:${run.brokerPath}`,
    },
    async stop() {
      const findings = await stopRun(pool)
      broker.close()
      if (!findings) return { report: undefined, failed: false }
      return { report: report(findings), failed: mustFail(findings, options.orphans) }
    },
  }
}
