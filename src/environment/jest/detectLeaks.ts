import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from optimizing functions in another thread, for `jest --detectLeaks`. While V8 optimizes any function, it refers
 * to the prototypes of all global objects, so a file that has just ended looks like a leak. On a busy machine that thread is
 * late. V8 does not heed `--no-concurrent-recompilation` once it runs.
 */
export function stopOptimizing(): void {
  setFlagsFromString('--no-opt')
  setFlagsFromString('--no-maglev')
}
