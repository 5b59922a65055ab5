import { fileURLToPath } from 'node:url'
// Not `Plugin` of vitest/config: this import loads the module that is augmented below.
import type { Vite } from 'vitest/node'
import { resolvePools } from '../../options/options.ts'
import type { PythonOptions } from '../../options/pythonOptions.ts'
import { asksForDebugger } from '../debug/debugRequest.ts'
import { installedVersion, requireRunner } from '../run/runnerVersions.ts'
import { refuseBrowser } from './browser.ts'
import { relatePython } from './related.ts'

export type * from '../../client/events/runEvents.ts'
export type { ClusterOptions } from '../../options/clusterOptions.ts'
export type { CoverageOptions } from '../../options/coverageOptions.ts'
export type { DebugOptions } from '../../options/debugOptions.ts'
export type { EnvironmentBase } from '../../options/environmentBase.ts'
export type { OrphanOptions } from '../../options/orphanOptions.ts'
export type { PoolName, PythonPools } from '../../options/poolName.ts'
export type {
  PoolOptions,
  PythonOptions,
  RecycleOptions,
  ReportOptions,
  TypesOption,
  TypesSettings,
} from '../../options/pythonOptions.ts'
export type { ErrorCode } from '../../support/errorCodes.ts'
export { SetupError } from '../../support/errors.ts'

declare module 'vitest/node' {
  interface EnvironmentOptions {
    /** Options of vitest-environment-python, for a project that does without the plugin. */
    python?: PythonOptions
  }
}

const NAME = 'vitest-environment-python'
const GLOBAL_SETUP = fileURLToPath(new URL('./vitest/global-setup.js', import.meta.url))
const ENVIRONMENT = fileURLToPath(new URL('./environment.js', import.meta.url))
const SETUP = fileURLToPath(new URL('./vitest/setup.js', import.meta.url))

/**
 * The plugin that gives the tests of a Vitest project Python workers.
 *
 * @throws {@link SetupError} `OPTIONS_INVALID`, which names each wrong option, its value and what to write instead.
 * @example
 * ```ts
 * import { defineConfig } from 'vitest/config'
 * import { python } from 'vitest-environment-python/vitest'
 *
 * export default defineConfig({
 *   plugins: [python({ modules: ['./python/tools.py'] })],
 * })
 * ```
 */
export function python(options: PythonOptions = {}): Vite.Plugin {
  const isSerial = asksForDebugger(resolvePools(options))
  return {
    name: NAME,
    // First, because in Vitest 5 the browser provider creates its server in this hook.
    config: { order: 'pre', handler: (config) => configure(config as TestConfig, options, isSerial) },
    resolveId: { order: 'pre', handler: resolveEnvironment },
    configureVitest: ({ vitest, project }) => relatePython(vitest, project, options),
  }
}

function configure(config: TestConfig, options: PythonOptions, isSerial: boolean): void {
  requireRunner('vitest', installedVersion('vitest', config.root ?? process.cwd()))
  // A copy: if the file has no `test`, this object is Vitest's own, which every other project gets, too.
  const test = { ...config.test }
  config.test = test
  // Before Vitest looks for the browser's provider, and long before a browser starts.
  refuseBrowser(test.browser)
  // Replaces the list. Vite would concatenate a returned one, and a project that extends the root's configuration
  // would run the setup twice.
  const others = [test.globalSetup ?? []].flat().filter((file) => file !== GLOBAL_SETUP)
  // Last in the list: Vitest tears down in reverse order, and a teardown that throws skips the following ones.
  test.globalSetup = [...others, GLOBAL_SETUP]
  // First in the list, so its hooks run last when a file ends.
  test.setupFiles = [SETUP, ...[test.setupFiles ?? []].flat().filter((file) => file !== SETUP)]
  inline(test, SETUP)
  test.environmentOptions = { ...test.environmentOptions, python: options }
  // A debugger is at one worker at a time, so only one test runs at a time.
  if (isSerial) Object.assign(test, { fileParallelism: false, maxConcurrency: 1 })
}

/**
 * Works around a hang of Vitest 3. For its second file, a test process resolves an environment outside of the project's
 * root through the closed connection of the first file, and waits forever. It does not resolve an `/@fs/` path. Later
 * versions resolve environments in a Vite environment that is not called `ssr`.
 */
function resolveEnvironment(this: { environment?: { name: string } }, id: string) {
  return id === NAME && this.environment?.name === 'ssr' ? `/@fs${ENVIRONMENT}` : undefined
}

/** Inlines a file. Else it is loaded once for each process, which runs many files if isolation is off. */
function inline(test: Test, file: string): void {
  const { inline: before, ...deps } = test.server?.deps ?? {}
  if (before === true) return
  test.server = { ...test.server, deps: { ...deps, inline: [...(before ?? []), exactly(file)] } }
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
  root?: string
  test?: Test
}
