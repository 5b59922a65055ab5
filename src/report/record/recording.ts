import type { ReportOptions } from '../../options/pythonOptions.ts'
import type { Pool } from '../../pool/leasing/pool.ts'
import type { Report } from '../model/schema.ts'
import { RunRecord } from './runRecord.ts'
import { Sampler } from './sampler.ts'

/** The reports that one project wants of a run of the tests. */
export interface ReportRequest {
  /** Root of the project. Paths are relative to it. */
  readonly root: string
  readonly options: ReportOptions
}

/** The runner whose tests are recorded. */
export interface RecordedRunner {
  readonly runner: Report['runner']
  readonly shard: Report['shard']
  /** Its root. */
  readonly root: string
}

/** The recording of one run of the tests: all runs of Python that its projects open. */
export class Recording {
  readonly #runner: RecordedRunner
  readonly #requests: ReportRequest[] = []
  #records: RunRecord[] = []
  #sampler = this.#newSampler()

  constructor(runner: RecordedRunner) {
    this.#runner = runner
  }

  /** Adds the wishes of one more project. */
  ask(request: ReportRequest): void {
    this.#requests.push(request)
    if (this.wantsFiles) this.#sampler.start()
  }

  get requests(): readonly ReportRequest[] {
    return this.#requests
  }

  get wantsFiles(): boolean {
    return this.#requests.some(({ options: { json, html, trace } }) => json ?? html ?? trace)
  }

  get wantsCalls(): boolean {
    return this.#requests.some(({ options }) => options.calls)
  }

  /** Whether there is anything to tell at the end. */
  get isNeeded(): boolean {
    return this.wantsFiles || this.#records.some(({ lists }) => lists.workers.length > 0)
  }

  get wantsSummary(): boolean {
    return this.#requests.some(({ options }) => options.summary)
  }

  /** Records a run from now on. */
  open(pool: Pool): RunRecord {
    const record = new RunRecord(pool)
    this.#records.push(record)
    return record
  }

  /** Adds the name of a pool to its run. */
  name(runId: string, name: string): void {
    this.#records.find(({ id }) => id === runId)?.addName(name)
  }

  /** The report as of now. */
  async report(): Promise<Report> {
    const { runner, shard, root } = this.#runner
    const { makeReport } = await import('./makeReport.ts')
    const { commitOf } = await import('./commit.ts')
    const commit = this.wantsFiles ? await commitOf(root) : null
    return makeReport(this.#records, this.#sampler, { runner, shard, commit })
  }

  /** Forgets the runs, which have ended. In Jest's watch mode, others follow. */
  close(): void {
    this.#sampler.stop()
    this.#sampler = this.#newSampler()
    this.#records = []
    this.#requests.length = 0
  }

  #newSampler(): Sampler {
    return new Sampler(() => this.#records)
  }
}
