import type { PoolCollaborators } from '../../../../src/pool/leasing/workers.ts'
import type { Worker } from '../../../../src/pool/python/worker.ts'
import type { Exit } from '../../../../src/process/system/exit.ts'

/** A worker that the pool has requested. The test decides whether it comes up. */
export interface SimulatedWorker {
  readonly id: string
  state: 'starting' | 'up' | 'ended'
  /** Whether the pool has asked it to end. */
  asked: boolean
  comeUp(): void
  fail(error: Error): void
  exit(exit?: Exit): void
}

/** Processes that exist in the test only: workers start and end when the test says so. */
export class SimulatedProcesses implements PoolCollaborators {
  readonly workers: SimulatedWorker[] = []
  /** Whether workers end as soon as the pool asks. If not, they end when they are killed. */
  obedient = true
  /** The functions of `reset` that were called. */
  readonly resets: string[] = []
  /** The end of such a function. */
  reset = async (): Promise<string | undefined> => undefined
  /** What the pool has told the user. */
  readonly announced: string[] = []
  /** Whether a Python file has changed since the last look. */
  changed = false
  /** Libraries whose threads forked workers lack. */
  libraries: string[] = []
  /** Reasons for which the pool has distrusted forks. */
  readonly distrusted: string[] = []
  #pids = 0
  #epoch = 0

  get runtime(): PoolCollaborators['runtime'] {
    const processes = this
    const runtime: Partial<PoolCollaborators['runtime']> = {
      get epoch() {
        return processes.#epoch
      },
      sources: { add() {} } as never,
      announce: (sentence) => void processes.announced.push(sentence),
      outdate: () => {
        const { changed } = processes
        processes.changed = false
        if (changed) processes.#epoch += 1
        return changed
      },
      distrustForks: (reason) => {
        if (processes.distrusted.push(reason) > 1) return false
        processes.#epoch += 1
        return true
      },
      endOutdated() {},
      start: async () => ({ forkserver: { kill: (id: string) => processes.kill(id) }, record() {} }) as never,
      stopStarting: async () => {},
    }
    return runtime as PoolCollaborators['runtime']
  }

  readonly startWorker: PoolCollaborators['startWorker'] = ({ id }) =>
    new Promise<Worker>((succeed, fail) => {
      const pid = ++this.#pids
      let end = (_: Exit) => {}
      const exited = new Promise<Exit>((resolve) => {
        end = resolve
      })
      const worker: SimulatedWorker = {
        id,
        state: 'starting',
        asked: false,
        comeUp: () => {
          worker.state = 'up'
          succeed({
            id,
            pid,
            startTime: '1',
            address: '',
            session: '',
            log: '',
            reset: (name) => {
              this.resets.push(name)
              return this.reset()
            },
            flush: async () => {},
            residentBytes: async () => 0,
            lacksThreadsOf: this.distrusted.length === 0 ? this.libraries : [],
            exited,
            askToExit: () => {
              worker.asked = true
              if (this.obedient) worker.exit({ status: 0, signal: null })
            },
            kill: () => this.kill(id),
            abort: () => {},
          })
        },
        fail: (error) => {
          worker.state = 'ended'
          fail(error)
        },
        exit: (exit = { status: null, signal: 'SIGSEGV' }) => {
          worker.state = 'ended'
          end(exit)
        },
      }
      this.workers.push(worker)
    })

  /** The workers in one of these states. */
  inState(...states: SimulatedWorker['state'][]): SimulatedWorker[] {
    return this.workers.filter(({ state }) => states.includes(state))
  }

  private kill(id: string): void {
    const worker = this.workers.find((candidate) => candidate.id === id)
    if (worker?.state === 'starting') worker.fail(new Error(`${id} was killed`))
    if (worker?.state === 'up') worker.exit({ status: null, signal: 'SIGKILL' })
  }
}
