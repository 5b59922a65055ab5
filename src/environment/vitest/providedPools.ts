import { inject } from 'vitest'
import {
  CONTEXT_KEY,
  type ProvidedPools,
  type RunContext,
  type SetupFailure,
} from '../../client/lease/context.ts'
import { PROTOCOL, protocolMismatch } from '../../process/run/protocol.ts'
import { SetupError } from '../../support/errors.ts'
import { own } from '../../support/own.ts'

/** Returns a pool that the tests of this process can lease from; `undefined` if there is none of this name. */
export function findContext(pool: string): RunContext | undefined {
  const context = provided()
  return context && 'pools' in context ? own(context.pools, pool) : undefined
}

/**
 * Returns a pool that the tests of this process can lease from.
 *
 * @throws {@link SetupError} `VITEST_TWICE`, `NOT_CONFIGURED`, `PROTOCOL_MISMATCH` or `POOL_UNKNOWN` if the configuration
 * does not fit, or the code of the global setup if that failed.
 */
export function requireContext(pool: string): RunContext {
  const context = provided()
  if (!context) throw new SetupError('NOT_CONFIGURED', MISSING)
  if ('failure' in context) throw new SetupError(context.code, `${FAILED}\n${context.failure}`)
  if (context.protocol !== PROTOCOL) {
    throw new SetupError('PROTOCOL_MISMATCH', protocolMismatch('The run', context.protocol, 'these fixtures'))
  }
  const found = own(context.pools, pool)
  if (found) return found
  throw new SetupError(
    'POOL_UNKNOWN',
    `There is no pool ${JSON.stringify(pool)}: the option pools of this project has ${Object.keys(context.pools).join(', ')}.`,
  )
}

function provided() {
  return withThisVitest(() =>
    (inject as (key: string) => ProvidedPools | SetupFailure | undefined)(CONTEXT_KEY),
  )
}

/**
 * Runs a function that works only with the copy of Vitest that runs the tests.
 *
 * @throws {@link SetupError} `VITEST_TWICE` if this package imports another copy.
 */
export function withThisVitest<T>(use: () => T): T {
  try {
    return use()
  } catch (cause) {
    throw new SetupError('VITEST_TWICE', TWICE, { cause })
  }
}

const TWICE =
  'The Vitest that vitest-environment-python imports is not the one that runs this test: there are two copies. That ' +
  'happens if the package is linked to a checkout with a node_modules of its own. Pack the package and install it ' +
  'beside the Vitest that runs the tests (npm ls vitest shows the copies).'

const FAILED =
  'Python could not be set up when this Vitest began. Vitest runs global setup once per process. ' +
  'Fix the error below, then restart Vitest.'

const MISSING = `This test uses Python, but the configuration of its project does not start it. Add the plugin to the Vitest configuration:

  import { python } from 'vitest-environment-python/vitest'

  export default defineConfig({
    plugins: [python({ modules: ['./python/tools.py'] })],
  })

or, without the plugin, test.globalSetup: ['vitest-environment-python/vitest/global-setup'].`
