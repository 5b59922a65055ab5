import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'
import { type PythonOptions, resolvePools } from '../../options/options.ts'
import { refuseBrowser } from './browser.ts'

export type { PythonOptions } from '../../options/options.ts'

const NAME = 'vitest-environment-python'
const GLOBAL_SETUP = fileURLToPath(new URL('./vitest/global-setup.js', import.meta.url))
const ENVIRONMENT = fileURLToPath(new URL('./environment.js', import.meta.url))
const SETUP = fileURLToPath(new URL('./vitest/setup.js', import.meta.url))

/**
 * Gives the tests of a Vitest project Python workers: `plugins: [python({ modules: ['./python/tools.py'] })]`.
 *
 * @throws SetupError OPTIONS_INVALID naming the option, its value and the remedy
 */
export function python(options: PythonOptions = {}): Plugin {
  resolvePools(options)
  return {
    name: NAME,
    // First, because Vitest 5 has the browser's provider make its server in this hook.
    config: { order: 'pre', handler: (config) => configure(config as TestConfig, options) },
    resolveId: { order: 'pre', handler: resolveEnvironment },
  }
}

function configure(config: TestConfig, options: PythonOptions): void {
  config.test ??= {}
  const { test } = config
  // Before Vitest looks for the browser's provider, and long before a browser starts.
  refuseBrowser(test.browser)
  // The list is changed in place: Vite concatenates what a plugin returns, and a project that extends
  // the root's configuration would then run the setup twice.
  const others = [test.globalSetup ?? []].flat().filter((file) => file !== GLOBAL_SETUP)
  // Last in the list: Vitest tears down in reverse, and a teardown that throws skips the ones after it.
  test.globalSetup = [...others, GLOBAL_SETUP]
  // First in the list: its hooks are then the last to run when a file ends.
  test.setupFiles = [SETUP, ...[test.setupFiles ?? []].flat().filter((file) => file !== SETUP)]
  inline(test, SETUP)
  test.environmentOptions = { ...test.environmentOptions, python: options }
}

/**
 * A test process of Vitest 3 that runs a second file asks the first file's closed connection where an environment
 * outside the project's root is, and waits for ever; for an `/@fs/` path it does not ask.
 * Later versions resolve environments in a Vite environment of their own, which is not called `ssr`.
 */
function resolveEnvironment(this: { environment?: { name: string } }, id: string) {
  return id === NAME && this.environment?.name === 'ssr' ? `/@fs${ENVIRONMENT}` : undefined
}

/** What is not inlined is loaded once for each process, which without isolation runs many files. */
function inline(test: Test, file: string): void {
  test.server ??= {}
  test.server.deps ??= {}
  const { deps } = test.server
  if (deps.inline !== true) deps.inline = [...(deps.inline ?? []), exactly(file)]
}

function exactly(file: string): RegExp {
  return new RegExp(`${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
}

interface Test {
  browser?: { enabled?: boolean }
  globalSetup?: string | string[]
  setupFiles?: string | string[]
  server?: { deps?: { inline?: true | (string | RegExp)[] } }
  environmentOptions?: Record<string, unknown>
}

interface TestConfig {
  test?: Test
}
