import { deferred } from '../../support/deferred.ts'
import { CallError } from '../errors/errors.ts'
import type { WorkerFrame } from '../gen/vitest_python/v1/bridge.ts'
import type { CallEvent } from './callState.ts'
import type { ValueCarrier } from './valueCarrier.ts'

/** An answer of Python to a call. */
export type CallAnswer = Extract<WorkerFrame['kind'], { $case: 'value' | 'item' | 'end' | 'failure' }>

/**
 * Decodes an answer. That of a cancelled call is decoded, too, because this gives its shared memory and its
 * references back.
 */
export function eventOf(answer: CallAnswer, values: ValueCarrier): CallEvent {
  switch (answer.$case) {
    case 'value':
    case 'item':
      try {
        return { type: answer.$case, value: values.decode(answer.value) }
      } catch (cause) {
        return unreadable(answer.$case, cause as Error)
      }
    case 'end':
      return { type: 'end' }
    case 'failure':
      return { type: 'failure', error: values.errorOf(answer.value) }
  }
}

function unreadable(kind: 'value' | 'item', cause: Error): CallEvent {
  const why = `Python's answer cannot be read: ${cause.message}`
  const error = new CallError('ANSWER_UNREADABLE', why, { cause })
  return kind === 'value'
    ? { type: 'unreadable value', error }
    : { type: 'unreadable item', error, ending: deferred() }
}
