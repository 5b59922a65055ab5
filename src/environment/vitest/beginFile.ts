import { fileState } from '../leases/fileEnd.ts'
import { PYTHON_ENVIRONMENT } from '../leases/marker.ts'
import { watchTests } from './fileHooks.ts'

/** What Vitest says if its hooks are called outside of a test file. */
const FOREIGN_VITEST = /^Vitest failed to find the (current suite|runner)/

/** The part of the setup file that comes after its hook. Runs for each test file. */
export async function beginFile(): Promise<void> {
  fileState().watched = true
  try {
    // For each file, because without isolation the fixtures are loaded once for all files of a process.
    watchTests()
  } catch (error) {
    // If this is another copy of Vitest than the one that runs the tests, it can't register hooks. Files that use Python get
    // VITEST_TWICE from their fixtures; the others go on.
    if (!FOREIGN_VITEST.test((error as Error).message)) throw error
  }
  if (PYTHON_ENVIRONMENT in globalThis) (await import('./globalPython.ts')).definePython()
}
