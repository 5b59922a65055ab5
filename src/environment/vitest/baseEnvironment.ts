import { BASE_REMEDY, BASES, type EnvironmentBase } from '../../options/environmentBase.ts'
import { SetupError } from '../../support/errors.ts'

/** What Vitest 3.2 to 5.1 expect of an environment. */
export interface Environment {
  name: string
  setup(global: object, options: Options): Promise<{ teardown(global: object): unknown }>
  setupVM?(options: Options): Promise<{ getVmContext(): object; teardown(): unknown }>
  /** Vitest 3 */
  transformMode?: string
  /** Vitest 4 and later */
  viteEnvironment?: string
}

export type Options = Record<string, unknown>

/** Returns Vitest's own environments. Vitest 5 moved their module. */
export async function builtinEnvironments(): Promise<Record<string, Environment>> {
  const module = await import('vitest/runtime').catch(() => import('vitest/environments'))
  return module.builtinEnvironments as unknown as Record<string, Environment>
}

/**
 * Returns the name of the environment below ours.
 *
 * @throws {@link SetupError} `OPTIONS_INVALID` if it is none of those that Vitest has.
 */
export function baseOf(options: Options): EnvironmentBase {
  const { base = 'node' } = (options['python'] ?? {}) as { base?: unknown }
  const known = BASES.find((name) => name === base)
  if (known) return known
  throw new SetupError(
    'OPTIONS_INVALID',
    `environmentOptions.python.base is ${JSON.stringify(base)}: ${BASE_REMEDY}.`,
  )
}

/** Waits for the start of a base environment, and says what to install if it is missing. */
export async function explained<T>(base: string, start: Promise<T>): Promise<T> {
  try {
    return await start
  } catch (cause) {
    const { code, message = '' } = cause as NodeJS.ErrnoException
    const missing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(base)
    if (!missing) throw cause
    throw new SetupError(
      'ENVIRONMENT_NOT_INSTALLED',
      `environmentOptions.python.base is "${base}", and ${base} is not installed. Install it: npm install --save-dev ${base}`,
      { cause },
    )
  }
}
