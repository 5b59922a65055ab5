import type { WorkerExit } from '../../client/events/runEvents.ts'
import type { RunEvents } from '../run/events.ts'
import type { startWorker, Worker } from './worker.ts'

/** Starts workers as `start` does, and emits an event when each of them is started, ready, and at its end. */
export function reported(start: typeof startWorker, events: RunEvents): typeof startWorker {
  return async (order) => {
    const life = new Life(order.id, events)
    try {
      const worker = await start({
        ...order,
        onProcess(identity) {
          order.onProcess(identity)
          life.begin(identity.pid)
        },
      })
      return life.observe(worker)
    } catch (error) {
      life.end({ status: null, signal: null })
      throw error
    }
  }
}

/** One worker from its start to its end. */
class Life {
  readonly #worker: string
  readonly #events: RunEvents
  #pid = 0
  #cause: WorkerExit['cause'] = 'by itself'

  constructor(worker: string, events: RunEvents) {
    this.#worker = worker
    this.#events = events
  }

  begin(pid: number): void {
    this.#pid = pid
    this.#events.emit({ topic: 'worker', event: 'started', worker: this.#worker, pid })
  }

  observe(worker: Worker): Worker {
    this.#events.emit({ topic: 'worker', event: 'ready', worker: this.#worker, pid: this.#pid })
    void worker.exited.then((exit) => this.end(exit))
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

  end({ status, signal }: Pick<WorkerExit, 'status' | 'signal'>): void {
    if (this.#pid === 0) return
    const exit = { status, signal, cause: this.#cause }
    this.#events.emit({ topic: 'worker', event: 'ended', worker: this.#worker, pid: this.#pid, exit })
  }
}
