import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../../support/errors.ts'
import { DEFAULT_POOL, type JestContext, type RunContext, type SetupFailure } from './context.ts'

/**
 * Environment variable that leads Jest's test processes to their context. Jest has no channel to them, but they inherit
 * the environment. Python and everything that tests start inherit it too, so it names a file instead of holding the token.
 */
export const JEST_VARIABLE = 'VITEST_PYTHON_JEST'

/** The content of the variable. */
type Published = SetupFailure | { readonly file: string }

/** Publishes the context of this run to the test processes that start later. */
export function publishJestContext(context: JestContext | SetupFailure): void {
  const published: Published = 'failure' in context ? context : { file: writeContext(context) }
  process.env[JEST_VARIABLE] = JSON.stringify(published)
}

/** Nothing that starts from now on finds the run. */
export function withdrawJestContext(): void {
  delete process.env[JEST_VARIABLE]
}

/**
 * The context that the global setup published; `undefined` if there is none.
 *
 * @throws SetupError RUN_ENDED if the run directory has been removed
 */
export function readJestContext(): JestContext | SetupFailure | undefined {
  const value = process.env[JEST_VARIABLE]
  if (value === undefined) return undefined
  const published = JSON.parse(value) as Published
  return 'failure' in published ? published : readContext(published.file)
}

/** Whether a debugger may stop Python in the tests of this process. */
export function isJestDebugged(): boolean {
  try {
    const context = readJestContext()
    return context !== undefined && 'pools' in context && context.pools[DEFAULT_POOL]?.isDebugged === true
  } catch {
    // The test that uses Python gets the error.
    return false
  }
}

/** Written into the run directory, which no other user can enter and which is removed with the run. */
function writeContext(context: JestContext): string {
  const { broker } = context.pools[DEFAULT_POOL] as RunContext
  const file = join(dirname(broker), 'jest.json')
  writeFileSync(file, JSON.stringify(context), { mode: 0o600 })
  return file
}

function readContext(file: string): JestContext {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new SetupError(
      'RUN_ENDED',
      `The run of this test has ended: its context, ${file}, cannot be read.`,
      { cause },
    )
  }
}
