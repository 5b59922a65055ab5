import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { setTimeout } from '../../support/clock.ts'
import { outside } from '../../support/outside.ts'

/** Milliseconds after the end of a file. Jest looks for leaks after 100. */
const COLLECT_AFTER_MS = 50

/**
 * Keeps V8 from optimizing functions in another thread, for `jest --detectLeaks`. While V8 optimizes any function, it refers
 * to the prototypes of all global objects, so a file that has just ended looks like a leak. On a busy machine that thread is
 * late. V8 does not heed `--no-concurrent-recompilation` once it runs.
 */
export function stopOptimizing(): void {
  setFlagsFromString('--no-opt')
  setFlagsFromString('--no-maglev')
}

/**
 * Collects garbage once before Jest does. V8 needs two collections to free a closure that is a getter of an object, because
 * other objects share its description. Jest 29 makes only one, and its modules have such getters.
 */
export function collectGarbageSoon(): void {
  outside(() => setTimeout(collectGarbage, COLLECT_AFTER_MS))
}

/** As Jest does it: the function is visible only if Node was started with `--expose-gc`. */
function collectGarbage(): void {
  const hidden = globalThis.gc === undefined
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  if (hidden) setFlagsFromString('--no-expose-gc')
}
