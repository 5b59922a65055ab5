import { entryOf } from './histogram.ts'
import type { FunctionCalls, RecordedCall } from './runEvents.ts'

/** Functions that are told apart in one lease. The calls of all others are counted together. */
const MAX_FUNCTIONS = 200
/** Calls that are recorded one by one in one lease. */
const MAX_RECORDED = 10_000
/** The same, if only failed calls are recorded. */
const MAX_FAILED = 100

/**
 * Characters of all recorded errors of one lease. They travel in one message at the end of the lease, for which the test
 * process does not wait.
 */
const MAX_TEXT = 500_000

const OTHERS = '(others)'

interface Tally {
  count: number
  failed: number
  total: number
  longest: number
  readonly histogram: number[]
}

/** The calls of one lease, counted by function. Its size does not grow with the number of calls. */
export class CallTally {
  readonly #functions = new Map<string, Tally>()
  readonly #recorded: RecordedCall[] = []
  readonly #records: boolean
  #leftOut = 0
  #text = 0

  /** @param records whether to record each call, and not only those that fail */
  constructor(records = false) {
    this.#records = records
  }

  add(call: RecordedCall): void {
    const tally = this.#of(call.name)
    const entry = entryOf(call.duration)
    for (let at = tally.histogram.length; at <= entry; at++) tally.histogram.push(0)
    tally.histogram[entry]! += 1
    tally.count += 1
    if (call.failed) tally.failed += 1
    tally.total += call.duration
    tally.longest = Math.max(tally.longest, call.duration)
    if (!this.#records && !call.failed) return
    if (this.#recorded.length < (this.#records ? MAX_RECORDED : MAX_FAILED)) this.#record(call)
    else this.#leftOut += 1
  }

  /** The number of calls so far, and the milliseconds that they took together. */
  get sum(): { calls: number; time: number } {
    let [calls, time] = [0, 0]
    for (const { count, total } of this.#functions.values()) {
      calls += count
      time += total
    }
    return { calls, time }
  }

  get functions(): FunctionCalls[] {
    return [...this.#functions].map(([name, tally]) => ({ name, ...tally }))
  }

  get recorded(): { calls: readonly RecordedCall[]; callsLeftOut: number } {
    return { calls: this.#recorded, callsLeftOut: this.#leftOut }
  }

  #record({ error = '', ...call }: RecordedCall): void {
    const hasRoom = this.#text + error.length <= MAX_TEXT
    this.#recorded.push(error && hasRoom ? { ...call, error } : call)
    if (hasRoom) this.#text += error.length
  }

  #of(name: string): Tally {
    const known = this.#functions.get(name)
    if (known) return known
    if (this.#functions.size >= MAX_FUNCTIONS && name !== OTHERS) return this.#of(OTHERS)
    const tally = { count: 0, failed: 0, total: 0, longest: 0, histogram: [] }
    this.#functions.set(name, tally)
    return tally
  }
}
