import type { Holder } from '../../client/gen/vitest_python/v1/broker.ts'
import type { PythonUp } from '../python/runtime.ts'
import type { PoolState } from './plan.ts'
import type { RecyclePolicy } from './recyclePolicy.ts'
import { heldBy, nextSlotState, type SlotEvent, type SlotPhase, type SlotState } from './slotState.ts'

/** The place of one worker in the pool, from its start to its end. */
export class Slot {
  readonly id: string
  /** Which import of the user's modules it starts from. */
  readonly epoch: number
  /** What its worker is started with. */
  readonly up: Promise<PythonUp>
  /** The test file that it served last. */
  lastFile: string | undefined
  recycling: RecyclePolicy | undefined
  /** Whether the worker's process has ended, which the pool may not have noted yet. */
  hasExited = false
  /** Resolves when the worker has ended, or has not come up. */
  gone: Promise<void> = Promise.resolve()
  #state: SlotState = { phase: 'starting' }

  constructor(id: string, epoch: number, up: Promise<PythonUp>) {
    this.id = id
    this.epoch = epoch
    this.up = up
  }

  get state(): SlotState {
    return this.#state
  }

  get phase(): SlotPhase {
    return this.#state.phase
  }

  dispatch(event: SlotEvent): void {
    this.#state = nextSlotState(this.#state, event)
  }
}

/** The facts about the slots that `plan` decides by. */
export function survey(slots: readonly Slot[]): Omit<PoolState, 'waiting' | 'maxWorkers' | 'spares'> {
  const idle = inPhase(slots, 'idle')
  const starting = inPhase(slots, 'starting').length
  const prefetched = slots.flatMap(({ id, state }) =>
    state.phase === 'prefetched' ? [{ id, recall: state.recall }] : [],
  )
  return {
    idle,
    starting,
    busy: slots.length - idle.length - starting,
    prefetched: prefetched.filter(({ recall }) => recall === 'none').map(({ id }) => id),
    recalled: prefetched.filter(({ recall }) => recall === 'asked').length,
    leaving: inPhase(slots, 'leaving').length,
  }
}

/** The holders of the workers that will be free again. */
export function holdersOf(slots: readonly Slot[]): Holder[] {
  return inPhase(slots, 'leased', 'prefetched').flatMap(({ state }) => heldBy(state)?.lease.holder ?? [])
}

/** The slots in one of these phases. */
export function inPhase(slots: Iterable<Slot>, ...phases: SlotPhase[]): Slot[] {
  return [...slots].filter(({ phase }) => phases.includes(phase))
}
