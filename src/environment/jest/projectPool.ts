import {
  DEFAULT_POOL,
  identityOf,
  type JestContext,
  type JestProject,
  type RunContext,
  type SetupFailure,
} from '../../client/lease/context.ts'
import { readJestContext } from '../../client/lease/jestContext.ts'
import { PROTOCOL, protocolMismatch } from '../../process/run/protocol.ts'
import { SetupError } from '../../support/errors.ts'
import { outside } from '../../support/outside.ts'

/** The pools of projects that joined a run, by run and project. */
const joined = new Map<string, Promise<RunContext>>()

/**
 * Resolves to the pool that the tests of a Jest project lease from.
 *
 * @throws {@link SetupError} `NOT_CONFIGURED` or `PROTOCOL_MISMATCH` if the configuration does not fit, or the code of the
 * global setup if that failed.
 * @throws {@link LeaseError} if the project cannot join the run.
 */
export async function requireProjectPool(project: JestProject): Promise<RunContext> {
  const context = checkContext(readJestContext())
  const pool = context.pools[DEFAULT_POOL] as RunContext
  const identity = identityOf(project)
  if (context.identity === identity) return pool
  // Jest calls a global setup once, with the options of one project. Other projects join its run here.
  const key = `${pool.runId} ${identity}`
  const joining = joined.get(key) ?? join(pool, project)
  joined.set(key, joining)
  return joining
}

async function join(pool: RunContext, { rootDir, testEnvironmentOptions }: JestProject): Promise<RunContext> {
  const { leasesOf } = await outside(() => import('../leases/workerLeases.ts'))
  const { connection } = leasesOf(pool)
  const answer = await connection.join(JSON.stringify({ rootDir, testEnvironmentOptions }))
  return checkContext(JSON.parse(answer)).pools[DEFAULT_POOL] as RunContext
}

function checkContext(context: JestContext | SetupFailure | undefined): JestContext {
  if (!context) throw new SetupError('NOT_CONFIGURED', MISSING)
  if ('failure' in context) throw new SetupError(context.code, context.failure)
  if (context.protocol === PROTOCOL) return context
  throw new SetupError('PROTOCOL_MISMATCH', protocolMismatch('The run', context.protocol, 'this environment'))
}

const MISSING = `This test uses Python, but the Jest configuration does not start it. Write

  preset: 'vitest-environment-python'

or, if you use another preset:

  globalSetup: 'vitest-environment-python/jest/global-setup',
  globalTeardown: 'vitest-environment-python/jest/global-teardown',
  testEnvironment: 'vitest-environment-python/jest/environment'.

If you have your own global setup or teardown, call the default export of ours in it.`
