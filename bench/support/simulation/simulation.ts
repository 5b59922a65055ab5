import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BrokerConnection } from '../../../src/client/lease/brokerConnection.ts'
import type { RunContext } from '../../../src/client/lease/context.ts'
import { ask } from '../ask.ts'
import type { MainLoad, SimulationOrder } from './main.ts'

const MAIN = fileURLToPath(new URL('./simulatedMain.js', import.meta.url))

/** Milliseconds that a test has its worker. */
const HOLD_MS = 500
/** Leases are requested in bursts, so often. */
const TICK_MS = 5
/** Names of test files. */
const FILES = 256

/** The leases of a measurement. */
export interface LeaseLoad extends MainLoad {
  /** Milliseconds from each request to its grant. */
  readonly waits: readonly number[]
  /** Leases that the pool has refused. */
  readonly refused: number
  /** From the first request to the last grant, in milliseconds. */
  readonly took: number
}

/** A run on simulated nodes with a main process of its own. This process plays the test processes. */
export class Simulation {
  readonly #main: ChildProcess
  readonly #broker: BrokerConnection
  #orders = 0
  #leases = 0

  private constructor(main: ChildProcess, context: RunContext) {
    this.#main = main
    this.#broker = new BrokerConnection(context)
  }

  /** @param workers of each node, at most */
  static async open(nodes: number, workers: number): Promise<Simulation> {
    // A directory for a CPU profile of main.
    const profile = process.env['BENCH_PROFILE']
    const execArgv = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []
    const main = fork(MAIN, [], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const options = { maxWorkers: workers, cluster: { engine: 'ray' as const, nodes } }
    return new Simulation(main, (await Simulation.#order(main, 0, { op: 'open', options })) as RunContext)
  }

  static #order(main: ChildProcess, number: number, order: SimulationOrder): Promise<unknown> {
    return ask(main, number, order)
  }

  /** Leases so many workers at once, and gives them back as soon as all are granted. */
  leaseAtOnce(workers: number): Promise<LeaseLoad> {
    return this.#measure(async (waits) => {
      const leases = await Promise.all(Array.from({ length: workers }, () => this.#lease(waits)))
      for (const lease of leases) lease?.release()
    })
  }

  /**
   * Leases workers at a steady rate, whether or not the pool keeps up.
   *
   * @param rate leases per second
   * @param duration milliseconds
   */
  leaseSteadily(rate: number, duration: number): Promise<LeaseLoad> {
    return this.#measure(async (waits) => {
      const began = performance.now()
      const tests: Promise<void>[] = []
      for (let now = 0; now < duration; now = performance.now() - began) {
        while (tests.length < (rate * now) / 1_000) tests.push(this.#test(waits))
        await sleep(TICK_MS)
      }
      await Promise.all(tests)
    })
  }

  async stop(): Promise<void> {
    await this.#tell('stop')
    this.#main.disconnect()
    await once(this.#main, 'exit')
  }

  async #measure(load: (waits: (number | undefined)[]) => Promise<void>): Promise<LeaseLoad> {
    const waits: (number | undefined)[] = []
    await this.#tell('begin')
    const began = performance.now()
    await load(waits)
    const took = performance.now() - began
    const main = (await this.#tell('end')) as MainLoad
    const granted = waits.filter((wait) => wait !== undefined)
    return { ...main, waits: granted, refused: waits.length - granted.length, took }
  }

  async #test(waits: (number | undefined)[]): Promise<void> {
    const lease = await this.#lease(waits)
    await sleep(HOLD_MS)
    lease?.release()
  }

  async #lease(waits: (number | undefined)[]) {
    const number = ++this.#leases
    const began = performance.now()
    const holder = { file: `f${number % FILES}.test.ts`, test: `${number}` }
    const lease = await this.#broker.acquire(holder).catch(() => undefined)
    waits.push(lease && performance.now() - began)
    return lease
  }

  #tell(op: 'begin' | 'end' | 'stop'): Promise<unknown> {
    return Simulation.#order(this.#main, ++this.#orders, { op })
  }
}
