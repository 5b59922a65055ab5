import { afterAll } from 'vitest'
import { DEFAULT_POOL } from '../../client/lease/context.ts'
import { fileState } from '../leases/fileEnd.ts'
import { PYTHON_ENVIRONMENT } from '../leases/marker.ts'
import { endThisFile, watchTests } from './fileHooks.ts'
import { GlobalPython } from './globalPython.ts'

// This runs before every test file of a project with the plugin, so it loads as little as possible.
fileState().watched = true
// Registered before any other hook, it runs after them.
afterAll(endThisFile)
try {
  // For each file, because without isolation the fixtures are loaded once for all files of a process.
  watchTests()
} catch {
  // Another copy of Vitest than the one that runs the tests can register no hook. Files that use Python get the reason from
  // their fixtures (VITEST_TWICE); the others go on.
}

if (PYTHON_ENVIRONMENT in globalThis) {
  const python = new GlobalPython(async () => (await import('./fileLease.ts')).leaseForFile(DEFAULT_POOL))
  Object.defineProperty(globalThis, 'python', { value: python, configurable: true, writable: true })
}
