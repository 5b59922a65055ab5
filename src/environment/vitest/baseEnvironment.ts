import { SetupError } from '../../support/errors.ts'

/** What Vitest asks of an environment, as far as its versions 3.2 to 5.1 agree. */
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

export const BASES = ['node', 'jsdom', 'happy-dom'] as const

/** Vitest's own environments. Their module moved in Vitest 5. */
export async function builtinEnvironments(): Promise<Record<string, Environment>> {
  const module = await import('vitest/runtime').catch(() => import('vitest/environments'))
  return module.builtinEnvironments as unknown as Record<string, Environment>
}

/**
 * The name of the environment below ours.
 *
 * @throws SetupError OPTIONS_INVALID where it is none of those that are known
 */
export function baseOf(options: Options): string {
  const { base = 'node' } = (options['python'] ?? {}) as { base?: unknown }
  if ((BASES as readonly unknown[]).includes(base)) return base as string
  const known = BASES.map((name) => JSON.stringify(name)).join(', ')
  const why = `environmentOptions.python.base is ${JSON.stringify(base)}: write one of ${known}.`
  throw new SetupError('OPTIONS_INVALID', why)
}

/** Says what to install where a base environment is missing. */
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
