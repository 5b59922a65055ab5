import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { JestProject } from '../../client/lease/context.ts'
import { SetupError } from '../../support/errors.ts'

/** The part of a Jest environment that is used here. */
export interface BaseEnvironment {
  global: { console: Console }
  handleTestEvent?(event: object, state: unknown): unknown
  setup(): Promise<void>
  teardown(): Promise<void>
}

/** The part of the configuration of a Jest environment that is read here. */
export interface EnvironmentConfig {
  projectConfig: JestProject & { injectGlobals: boolean; runner: string; detectLeaks: boolean }
}

export type EnvironmentClass = new (
  config: EnvironmentConfig,
  context: { testPath: string },
) => BaseEnvironment

/**
 * Loads the environment to build on: `testEnvironmentOptions.python.base`, by default `node`.
 *
 * @throws {@link SetupError} `ENVIRONMENT_NOT_INSTALLED` if it is not installed.
 */
export function loadBase(project: EnvironmentConfig['projectConfig']): EnvironmentClass {
  const options = project.testEnvironmentOptions['python'] as { base?: string } | undefined
  const base = options?.base ?? 'node'
  const names = packagesOf(base)
  // First that of the project, then that of Jest's runner: a strict node_modules shows it to the runner alone.
  for (const from of [join(project.rootDir, 'package.json'), project.runner]) {
    const require = createRequire(from)
    for (const name of names) {
      const path = resolve(require, name)
      if (path === undefined) continue
      const loaded = require(path)
      return loaded.default ?? loaded.TestEnvironment ?? loaded
    }
  }
  throw new SetupError(
    'ENVIRONMENT_NOT_INSTALLED',
    `The environment ${JSON.stringify(base)} (testEnvironmentOptions.python.base) is not installed: npm install --save-dev ${names[0]}.`,
  )
}

/** Returns the packages that `base` can mean, the likeliest first. */
function packagesOf(base: string): string[] {
  if (base === 'happy-dom') return ['@happy-dom/jest-environment']
  return /^[a-z]+$/.test(base) ? [`jest-environment-${base}`, base] : [base]
}

function resolve(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    return undefined
  }
}
