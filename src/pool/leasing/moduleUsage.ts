import { resolve } from 'node:path'
import type { LeaseRecord } from './leaseLog.ts'

/** Leases whose files are kept apart. More are not held at once, or have ended. */
const MAX_OPEN = 100

/** Which test files have used which Python files. */
export class ModuleUsage {
  readonly #root: string
  readonly #files = new Map<string, Set<string>>()
  /** Files used by leases whose holder may still change. */
  readonly #open = new Map<LeaseRecord, Set<string>>()
  /** Test files for which Python could not be started: any change may help. */
  readonly #hopeless = new Set<string>()

  /** @param root of the project; test files are relative to it */
  constructor(root: string) {
    this.#root = root
  }

  note(lease: LeaseRecord, files: readonly string[]): void {
    // Each record of a lease would stay in memory otherwise.
    if (this.#open.size >= MAX_OPEN && !this.#open.has(lease)) this.#settle()
    const known = this.#open.get(lease) ?? new Set()
    this.#open.set(lease, known)
    for (const file of files) known.add(file)
  }

  noteFailure(testFile: string): void {
    this.#hopeless.add(testFile)
  }

  /** The test files, as absolute paths, that a change of this Python file concerns. */
  testsUsing(file: string): string[] {
    this.#settle()
    const users = [...this.#files].filter(([, files]) => files.has(file)).map(([test]) => test)
    return [...new Set([...users, ...this.#hopeless])].map((test) => resolve(this.#root, test))
  }

  /** The Python files of each test file, as absolute paths. The holder of other leases is a path that does not exist. */
  used(): Map<string, ReadonlySet<string>> {
    this.#settle()
    return new Map([...this.#files].map(([test, files]) => [resolve(this.#root, test), files]))
  }

  #settle(): void {
    for (const [lease, files] of this.#open) {
      const test = lease.holder.file
      this.#hopeless.delete(test)
      this.#files.set(test, new Set([...(this.#files.get(test) ?? []), ...files]))
      if (lease.endedAt !== undefined) this.#open.delete(lease)
    }
  }
}
