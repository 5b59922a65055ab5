import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'
import { type PythonOptions, resolvePools } from '../pool/options.ts'

export type { PythonOptions } from '../pool/options.ts'

const GLOBAL_SETUP = fileURLToPath(new URL('./vitest/global-setup.js', import.meta.url))

/**
 * Gives the tests of a Vitest project Python workers: `plugins: [python({ modules: ['./python/tools.py'] })]`.
 *
 * @throws SetupError OPTIONS_INVALID naming the option, its value and the remedy
 */
export function python(options: PythonOptions = {}): Plugin {
  resolvePools(options)
  return {
    name: 'vitest-environment-python',
    config(config) {
      const user = config as TestConfig
      user.test ??= {}
      const { test } = user
      // The list is changed in place: Vite concatenates what a plugin returns, and a project that extends
      // the root's configuration would then run the setup twice.
      const others = [test.globalSetup ?? []].flat().filter((file) => file !== GLOBAL_SETUP)
      // Last in the list: Vitest tears down in reverse, and a teardown that throws skips the ones after it.
      test.globalSetup = [...others, GLOBAL_SETUP]
      test.environmentOptions = { ...test.environmentOptions, python: options }
    },
  }
}

interface TestConfig {
  test?: { globalSetup?: string | string[]; environmentOptions?: Record<string, unknown> }
}
