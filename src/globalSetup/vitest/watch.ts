import { relative } from 'node:path'
import type { Vitest } from 'vitest/node'
import { Registry } from '../run/registry.ts'

/**
 * A registry for a Vitest. In watch mode, if a Python file changes, the test files that have used it run again:
 * `watchTriggerPatterns` is Vitest's own way to map files to tests.
 */
export function watchingRegistry(vitest: Vitest): Registry {
  const { config } = vitest
  if (!config.watch) return new Registry()
  const onFile = (file: string) => {
    // Vite watches its root itself.
    if (relative(config.root, file).startsWith('..')) vitest.vite.watcher.add(file)
  }
  const registry = new Registry({ watch: { onFile } })
  config.watchTriggerPatterns = [
    ...(config.watchTriggerPatterns ?? []),
    { pattern: /\.py$/, testsToRun: (file) => registry.fileChanged(file) },
  ]
  return registry
}
