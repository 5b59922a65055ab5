import { fileState } from '../leases/fileEnd.ts'
import { PYTHON_ENVIRONMENT } from '../leases/marker.ts'
import { watchTests } from './fileHooks.ts'

/** The part of the setup file that comes after its hook. Runs for each test file. */
export async function beginFile(): Promise<void> {
  fileState().watched = true
  try {
    // For each file, because without isolation the fixtures are loaded once for all files of a process.
    watchTests()
  } catch {
    // Another copy of Vitest than the one that runs the tests can register no hook. Files that use Python get the reason from
    // their fixtures (VITEST_TWICE); the others go on.
  }
  if (PYTHON_ENVIRONMENT in globalThis) (await import('./globalPython.ts')).definePython()
}
