import type { Vite } from 'vitest/node'
import type { PythonOptions } from '../../options/pythonOptions.ts'

export { SetupError } from '../../support/errors.ts'

/** How a hook is called. */
type Hook = { handler(...args: unknown[]): unknown }

/** The plugin for a configuration that requires it: its hooks wait until the ES module is loaded. */
export function python(options?: PythonOptions): Vite.Plugin {
  const loaded = import('./plugin.ts').then((module) => module.python(options))
  // Vite gets the error from the first hook.
  loaded.catch(() => {})
  const hook = (name: 'config' | 'resolveId') => ({
    order: 'pre' as const,
    async handler(this: unknown, ...args: unknown[]) {
      const { handler } = (await loaded)[name] as unknown as Hook
      return handler.apply(this, args) as never
    },
  })
  return {
    name: 'vitest-environment-python',
    config: hook('config'),
    resolveId: hook('resolveId'),
    configureVitest: async (context) => (await loaded).configureVitest?.(context),
  }
}
