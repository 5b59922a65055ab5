import { resolve } from 'node:path'
import type { Identity } from '../../process/system/identity.ts'
import { debugLog } from '../../support/debugLog.ts'
import type { ArmedPlace } from '../places/place.ts'
import type { ForkserverEvent } from '../run/events.ts'
import type { Run } from '../run/run.ts'
import { type Forkserver, startForkserver } from './forkserver.ts'
import { Sources } from './sources.ts'
import { SlowStart } from './start/slowStart.ts'

const debug = debugLog('python')

/** Starts the forkservers of one place, knows which are alive, and tells the run about them. */
export class Forkservers {
  /** The user's files that are imported. */
  readonly sources: Sources
  readonly #run: Run
  readonly #announce: (sentence: string) => void
  #generation = 0
  readonly #starting = new Set<Identity>()
  readonly #ready = new Set<Forkserver>()

  /** @param announce prints a sentence for the user */
  constructor(run: Run, announce: (sentence: string) => void) {
    this.#run = run
    this.#announce = announce
    this.sources = new Sources((file) => run.watch?.onFile(file))
  }

  /** Those that are alive, also those that are still importing. */
  get pids(): number[] {
    return [...this.#starting, ...this.#ready].map(({ pid }) => pid)
  }

  /** Those that are still importing. */
  get starting(): Identity[] {
    return [...this.#starting]
  }

  /** Starts a forkserver, which records itself as a process of the run. */
  async start(armed: ArmedPlace, startMethod: 'fork' | 'spawn'): Promise<Forkserver> {
    const id = this.#nextId(armed)
    const tell = this.#teller(id, armed)
    let born: Identity | undefined
    const onProcess = (identity: Identity) => {
      armed.record(id, identity)
      born = identity
      this.#starting.add(identity)
      tell(identity.pid, { event: 'started' })
    }
    const slow = new SlowStart(this.#announce)
    const launch = {
      id,
      run: this.#run,
      startMethod,
      ...armed,
      onProcess,
      onFiles: this.#watchFiles(),
      onImport: (module: string) => slow.importing(module),
    }
    const forkserver = await startForkserver(launch).finally(() => {
      slow.end()
      if (born) this.#starting.delete(born)
    })
    slow.reportEnd()
    debug('%s is ready, pid %d; workers are started by %s', id, forkserver.pid, startMethod)
    this.#keep(forkserver, tell)
    return forkserver
  }

  #nextId({ site: { node, runId } }: ArmedPlace): string {
    // Several nodes may have one IP address.
    return `forkserver-${++this.#generation}${node === undefined ? '' : `-${runId}`}`
  }

  /** Forgets the files of the forkservers before. */
  #watchFiles(): (files: string[]) => void {
    const { root, options } = this.#run
    this.sources.restart()
    this.sources.add(options.modules.filter(isFile).map((file) => resolve(root, file)))
    return (files) => this.sources.add(files)
  }

  #keep(forkserver: Forkserver, tell: Tell): void {
    const { pid, startMethod, ended, fallback, unmeasured } = forkserver
    this.#ready.add(forkserver)
    tell(pid, { event: 'ready', startMethod })
    void ended.then(({ status, signal }) => {
      this.#ready.delete(forkserver)
      const cause = status === 0 ? 'asked' : 'by itself'
      tell(pid, { event: 'ended', exit: { status, signal, cause } })
    })
    if (fallback !== null) this.#announce(`Workers are spawned, not forked: ${fallback}`)
    if (unmeasured !== null) this.#announce(`Python's coverage is not measured: ${unmeasured}`)
  }

  #teller(forkserver: string, { site: { node } }: ArmedPlace): Tell {
    const where = node === undefined ? {} : { node }
    return (pid, event) => this.#run.events.emit({ topic: 'forkserver', forkserver, pid, ...event, ...where })
  }
}

type Tell = (pid: number, event: Pick<ForkserverEvent, 'event' | 'startMethod' | 'exit'>) => void

function isFile(entry: string): boolean {
  return entry.endsWith('.py')
}
