import { relative } from 'node:path'
import type { JestProject, RunContext } from '../../client/lease/context.ts'
import { JEST_VARIABLE } from '../../client/lease/jestContext.ts'
import { outside } from '../../support/outside.ts'
import type { TestFile } from '../leases/openLease.ts'
import type { TestLeases } from '../leases/testLeases.ts'
import type { WorkerLeases } from '../leases/workerLeases.ts'
import { requireProjectPool } from './projectPool.ts'

/** The leases of one test file. The first of them loads gRPC, so a suite without Python does not pay for it. */
export class FileLeases {
  readonly #project: JestProject
  readonly #file: string
  #leases: WorkerLeases | undefined
  #prefetching: Promise<void> | undefined

  constructor(project: JestProject, testPath: string) {
    this.#project = project
    this.#file = relative(project.rootDir, testPath)
  }

  /** Resolves to the pool of the project. */
  pool(): Promise<RunContext> {
    return requireProjectPool(this.#project)
  }

  /** Opens the leases of one test. @param test Its full name; empty for those of the file itself. */
  async open(test: string, sides: TestFile): Promise<TestLeases> {
    const { TestLeases } = await outside(() => import('../leases/testLeases.ts'))
    return new TestLeases(await this.#ofWorker(), { file: this.#file, test }, {}, 0, sides)
  }

  /** Leases a worker before a test asks for one. If that fails, the test that asks gets the error. */
  prefetch(): void {
    if (process.env[JEST_VARIABLE] === undefined) return
    this.#prefetching ??= this.#ofWorker().then((leases) => leases.prefetch(this.#file))
    this.#prefetching.catch(() => {})
  }

  /** Waits for the worker that was leased ahead, if one was. */
  async prefetched(): Promise<void> {
    await this.#prefetching?.catch(() => {})
  }

  async releasePrefetched(): Promise<void> {
    await this.#leases?.endFile()
  }

  async #ofWorker(): Promise<WorkerLeases> {
    const { leasesOf } = await outside(() => import('../leases/workerLeases.ts'))
    this.#leases = leasesOf(await this.pool())
    return this.#leases
  }
}
