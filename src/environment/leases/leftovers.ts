import type { BrokerConnection } from '../../client/lease/brokerConnection.ts'
import { withCode } from '../../support/errors.ts'
import { printable } from '../../support/safeText.ts'
import { fileState } from './fileEnd.ts'
import { PYTHON_ENVIRONMENT } from './marker.ts'

/** Processes outlive the test file that started them. The stack has no frames, because no single line is at fault. */
class LeftoverError extends Error {
  override readonly name: string = 'LeftoverError'

  constructor(message: string) {
    super(printable(message))
    withCode('ORPHANS_FOUND', this)
    this.stack = `${this.name}: ${this.message}`
  }
}

/** Fails a test file that leaves processes, if it runs in the environment `python`. */
export class Leftovers {
  readonly #connection: BrokerConnection
  /** IDs of the leases that the running file has taken. */
  readonly #taken: string[] = []
  #isWatching = false

  constructor(connection: BrokerConnection) {
    this.#connection = connection
  }

  /** Call this before a lease is taken. The first end that is registered runs last, when all leases have ended. */
  expect(): void {
    if (this.#isWatching || !(PYTHON_ENVIRONMENT in globalThis)) return
    this.#isWatching = true
    fileState().ends.push(async () => {
      this.#isWatching = false
      const { message, fail } = await this.#connection.survivors(this.#taken.splice(0))
      if (message !== '' && fail) throw new LeftoverError(message)
      if (message !== '') console.warn(printable(message))
    })
  }

  /** Notes a lease of the running file. */
  note(leaseId: string): void {
    if (this.#isWatching) this.#taken.push(leaseId)
  }
}
