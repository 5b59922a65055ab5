import type { BrokerConnection } from '../../client/lease/brokerConnection.ts'
import { withCode } from '../../support/errors.ts'
import { fileState } from './fileEnd.ts'
import { PYTHON_ENVIRONMENT } from './marker.ts'

/** Processes that outlive the test file whose Python started them. It has no frames: no line of a test is at fault. */
class LeftoverError extends Error {
  override readonly name: string = 'LeftoverError'

  constructor(message: string) {
    super(message)
    withCode('ORPHANS_FOUND', this)
    this.stack = `${this.name}: ${message}`
  }
}

/** In the environment `python`, a file fails that leaves processes. */
export class Leftovers {
  readonly #connection: BrokerConnection
  /** IDs of the leases that the running file took. */
  readonly #taken: string[] = []
  #accounts = false

  constructor(connection: BrokerConnection) {
    this.#connection = connection
  }

  /** Called before a lease is taken: what is registered first is done last, when the leases have ended. */
  expect(): void {
    if (this.#accounts || !(PYTHON_ENVIRONMENT in globalThis)) return
    this.#accounts = true
    fileState().ends.push(async () => {
      this.#accounts = false
      const { message, fail } = await this.#connection.survivors(this.#taken.splice(0))
      if (message !== '' && fail) throw new LeftoverError(message)
      if (message !== '') console.warn(message)
    })
  }

  /** The running file has this lease. */
  note(leaseId: string): void {
    if (this.#accounts) this.#taken.push(leaseId)
  }
}
