import { setFlagsFromString } from 'node:v8'

/**
 * Has V8 optimize functions on the main thread, for `jest --detectLeaks`. While another thread optimizes any function, V8
 * refers to the prototypes of every global object, so a file that has just ended looks like a leak. On a busy machine, that
 * thread is late.
 */
export function optimizeOnMainThread(): void {
  setFlagsFromString('--no-concurrent-recompilation')
}
