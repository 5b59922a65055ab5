import {
  DEFAULT_POOL,
  identityOf,
  JEST_VARIABLE,
  type JestContext,
  type JestFailure,
  type JestProject,
  type RunContext,
} from '../client/context.ts'
import { SetupError } from '../process/errors.ts'
import { PROTOCOL } from '../process/protocol.ts'

/**
 * The pool that the tests of a Jest project lease from.
 *
 * @throws SetupError NOT_CONFIGURED, PROTOCOL_MISMATCH, PROJECTS_DIFFER: what is missing from the configuration
 */
export function requireJestContext(project: JestProject): RunContext {
  const context = JSON.parse(process.env[JEST_VARIABLE] ?? 'null') as JestContext | JestFailure | null
  if (!context) throw new SetupError('NOT_CONFIGURED', MISSING)
  if ('failure' in context) throw new SetupError(context.code, context.failure)
  if (context.protocol !== PROTOCOL) {
    throw new SetupError(
      'PROTOCOL_MISMATCH',
      `The run speaks protocol ${context.protocol} and this environment ${PROTOCOL}: two versions of vitest-environment-python are installed. Install one.`,
    )
  }
  if (context.identity !== identityOf(project)) {
    throw new SetupError(
      'PROJECTS_DIFFER',
      `The project ${project.rootDir} has another Python than ${JSON.parse(context.identity)[0]} in the same run: Jest calls a global setup once, with the options of one project. ` +
        'Give both the same rootDir and the same testEnvironmentOptions.python, or run them one after the other with --selectProjects.',
    )
  }
  return context.pools[DEFAULT_POOL] as RunContext
}

const MISSING = `This test uses Python, but the Jest configuration does not start it. Write

  preset: 'vitest-environment-python'

or, where another preset is in use:

  globalSetup: 'vitest-environment-python/jest/global-setup',
  globalTeardown: 'vitest-environment-python/jest/global-teardown',
  testEnvironment: 'vitest-environment-python/jest/environment'.

A global setup or teardown of your own calls the default export of ours.`
