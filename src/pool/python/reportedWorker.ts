import type { WorkerEvent, WorkerExit } from '../../client/events/runEvents.ts'
import type { Exit } from '../../process/system/exit.ts'
import type { RunEvents } from '../run/events.ts'
import type { startWorker, Worker } from './worker.ts'

/** Starts workers as `start` does, and emits an event when each of them is started, ready, and at its end. */
export function reported(start: typeof startWorker, events: RunEvents): typeof startWorker {
  return async (order) => {
    const life = new Life(order.id, order.site.node, events)
    try {
      const worker = await start({
        ...order,
        onProcess(identity, exited) {
          order.onProcess(identity, exited)
          life.begin(identity.pid, exited)
        },
      })
      return life.observe(worker)
    } catch (error) {
      life.giveUp()
      throw error
    }
  }
}

/** One worker from its start to its end. */
class Life {
  readonly #worker: string
  readonly #node: string | undefined
  readonly #events: RunEvents
  #pid = 0
  #cause: WorkerExit['cause'] = 'by itself'
  #isReady = false

  constructor(worker: string, node: string | undefined, events: RunEvents) {
    this.#worker = worker
    this.#node = node
    this.#events = events
  }

  begin(pid: number, exited: Promise<Exit>): void {
    this.#pid = pid
    void exited.then((exit) => this.#end(exit))
    this.#emit('started')
  }

  observe(worker: Worker): Worker {
    this.#isReady = true
    this.#emit('ready')
    const because =
      (cause: WorkerExit['cause'], act: () => void): (() => void) =>
      () => {
        if (this.#cause !== 'unresponsive') this.#cause = cause
        act()
      }
    return {
      ...worker,
      askToExit: because('asked', worker.askToExit),
      kill: because('killed', worker.kill),
      abort: because('unresponsive', worker.abort),
    }
  }

  /** The start has failed. If the process is alive, it is killed. */
  giveUp(): void {
    this.#cause = 'killed'
  }

  #end({ status, signal }: Exit): void {
    // A worker that no test needs any more is killed while it starts.
    const cause = !this.#isReady && signal === 'SIGKILL' ? 'killed' : this.#cause
    this.#emit('ended', { status, signal, cause })
  }

  #emit(event: WorkerEvent['event'], exit?: WorkerExit): void {
    const [worker, pid, node] = [this.#worker, this.#pid, this.#node]
    this.#events.emit({ topic: 'worker', event, worker, pid, ...(node && { node }), ...(exit && { exit }) })
  }
}
