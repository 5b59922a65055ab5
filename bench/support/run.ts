import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunContext } from '../../src/client/lease/context.ts'
import type { PoolStats } from '../../src/client/lease/stats.ts'
import { TestLeases } from '../../src/environment/leases/testLeases.ts'
import { WorkerLeases } from '../../src/environment/leases/workerLeases.ts'
import type { PoolOptions } from '../../src/options/pythonOptions.ts'
import { ask } from './ask.ts'
import type { Stopped } from './host.ts'
import { python } from './paths.ts'

const HOST = fileURLToPath(new URL('./host.js', import.meta.url))

/** A run with its own main process. This process is its test process. */
export class BenchRun {
  readonly context: RunContext
  readonly leases: WorkerLeases
  readonly #host: ChildProcess
  #orders = 0

  private constructor(host: ChildProcess, context: RunContext) {
    this.#host = host
    this.context = context
    this.leases = new WorkerLeases(context)
  }

  /** Opens a run without starting Python. @param isMeasured whether coverage.py measures it */
  static async open(options: PoolOptions = {}, { isMeasured = false } = {}): Promise<BenchRun> {
    const host = fork(HOST, [], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await once(host, 'spawn')
    const context = (await ask(host, 0, {
      op: 'open',
      options: { ...DEFAULTS, ...options },
      isMeasured,
    })) as RunContext
    return new BenchRun(host, context)
  }

  /** The leases of one test, all released together. */
  test(name = 'bench'): TestLeases {
    return new TestLeases(this.leases, { file: 'bench.test.ts', test: name })
  }

  stats(): Promise<PoolStats> {
    return this.leases.connection.stats()
  }

  /** Waits until the pool has the wanted state. */
  async settle(isSettled: (stats: PoolStats) => boolean, what: string): Promise<void> {
    const until = performance.now() + 30_000
    for (;;) {
      const stats = await this.stats()
      if (isSettled(stats)) return
      if (performance.now() > until) throw new Error(`The pool never had ${what}: ${JSON.stringify(stats)}`)
      await sleep(5)
    }
  }

  get hostPid(): number {
    return this.#host.pid as number
  }

  /** Memory of the main process after a garbage collection. */
  async heapMegabytes(): Promise<number> {
    const bytes = (await ask(this.#host, ++this.#orders, { op: 'heap' })) as number
    return bytes / 1024 / 1024
  }

  async stop(): Promise<Stopped> {
    await this.leases.releasePrefetched()
    const stopped = (await ask(this.#host, ++this.#orders, { op: 'stop' })) as Stopped
    this.#host.disconnect()
    await once(this.#host, 'exit')
    if (stopped.failed) throw new Error(`The run was not clean: ${stopped.report}`)
    return stopped
  }
}

const DEFAULTS: PoolOptions = { python, modules: ['./work.py'], maxWorkers: 16, spares: 2 }
