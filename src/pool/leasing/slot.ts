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
  const idle: Slot[] = []
  const prefetched: string[] = []
  const count = { starting: 0, leaving: 0, recalled: 0 }
  // One pass, because the pool of a large cluster looks at a thousand slots several times for each lease.
  for (const slot of slots) {
    const { state } = slot
    if (state.phase === 'idle') idle.push(slot)
    else if (state.phase === 'starting') count.starting += 1
    else if (state.phase === 'leaving') count.leaving += 1
    else if (state.phase === 'prefetched') {
      if (state.recall === 'none') prefetched.push(slot.id)
      else if (state.recall === 'asked') count.recalled += 1
    }
  }
  return { ...count, idle, prefetched, busy: slots.length - idle.length - count.starting }
}

/** The holders of the workers that will be free again. */
export function holdersOf(slots: readonly Slot[]): Holder[] {
  return inPhase(slots, 'leased', 'prefetched').flatMap(({ state }) => heldBy(state)?.lease.holder ?? [])
}

/** The slots in one of these phases. */
export function inPhase(slots: Iterable<Slot>, ...phases: SlotPhase[]): Slot[] {
  return [...slots].filter(({ phase }) => phases.includes(phase))
}
