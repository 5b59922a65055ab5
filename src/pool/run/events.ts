import { publish } from '../../client/events/channels.ts'
import type {
  EventOfRun,
  LeaseEvent,
  VerdictEvent,
  WorkerEvent,
  WorkerExit,
} from '../../client/events/runEvents.ts'

/** A forkserver was started, has imported your modules, or has ended. Reports show it; it has no channel. */
export interface ForkserverEvent extends EventOfRun {
  readonly event: 'started' | 'ready' | 'ended'
  /** For example `forkserver-1`. */
  readonly forkserver: string
  readonly pid: number
  /** The machine that it runs on; absent if that is this one. */
  readonly node?: string
  /** The method in use, once it is ready. */
  readonly startMethod?: string
  readonly exit?: WorkerExit
}

/** An event of a run, with the name of its channel. */
export type RunEvent =
  | ({ readonly topic: 'lease' } & LeaseEvent)
  | ({ readonly topic: 'worker' } & WorkerEvent)
  | ({ readonly topic: 'forkserver' } & ForkserverEvent)
  | ({ readonly topic: 'verdict' } & VerdictEvent)

/** An event before it belongs to a run. */
type Without<E> = E extends unknown ? Omit<E, 'runId' | 'at'> & { readonly at?: number } : never
export type NewEvent = Without<RunEvent>

/**
 * Everything that happens in a run, in the order in which this process learns it. Reports listen to it, and each event is
 * published on the channel `vitest-python:<topic>`, too.
 */
export class RunEvents {
  readonly #runId: string
  readonly #listeners = new Set<(event: RunEvent) => void>()

  constructor(runId: string) {
    this.#runId = runId
  }

  /** @returns ends the subscription */
  on(listener: (event: RunEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  emit(event: NewEvent): void {
    const whole = { ...event, runId: this.#runId, at: event.at ?? Date.now() } as RunEvent
    for (const listener of this.#listeners) listener(whole)
    if (whole.topic !== 'forkserver') publish(whole.topic, whole as never)
  }
}
