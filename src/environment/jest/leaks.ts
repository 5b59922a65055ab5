import { describeLeftovers, LeftoverError, type Leftovers, partLeftovers } from '../leases/leftovers.ts'
import type { StartedBy } from '../leases/startedBy.ts'
import type { CircusTest } from './circus.ts'

/**
 * The processes that the tests of a file have left behind. The errors wait until all tests of the file have ended: Jest
 * decides by a test's errors whether it is retried, and a retry that passes must not clear a leak.
 */
export class JestLeaks {
  readonly #path: string
  readonly #ofTests: { test: CircusTest; error: Error }[] = []
  readonly #ofFile: Error[] = []

  /** @param path of the test file, absolute */
  constructor(path: string) {
    this.#path = path
  }

  /** The processes that a test's own leases have left. */
  blame(test: CircusTest, left: Leftovers | undefined): void {
    if (!left) return
    const message = describeLeftovers('This test', left)
    if (left.fail) this.#ofTests.push({ test, error: this.#error(message, left) })
    else console.warn(message)
  }

  /** The processes that the file's lease has left. */
  blameTests(left: Leftovers | undefined, startedBy: StartedBy<CircusTest> | undefined): void {
    if (!left) return
    if (!left.fail) return console.warn(describeLeftovers(FILE, left))
    const { byTest, ownerless } = partLeftovers(left, startedBy)
    for (const [test, { caller, survivors }] of byTest) {
      const message = describeLeftovers('This test', { survivors, problem: '' })
      this.#ofTests.push({ test, error: this.#error(message, { caller }) })
    }
    if (ownerless) this.#ofFile.push(this.#error(describeLeftovers(FILE, ownerless), left))
  }

  /** Fails the tests, and the file for processes that no test can be named for. */
  settle(unhandledErrors: unknown[]): void {
    for (const { test, error } of this.#ofTests.splice(0)) test.errors?.push(error)
    unhandledErrors.push(...this.#ofFile.splice(0))
  }

  #error(message: string, { caller }: Pick<Leftovers, 'caller'>): Error {
    return new LeftoverError(message, caller, this.#path)
  }
}

const FILE = 'The Python of this file'
