import { expect, test } from 'vitest'
import { explainStartFailure, type StartFailure } from '../../../../src/pool/python/startFailure.ts'

function explain(start: Partial<StartFailure>): string {
  return explainStartFailure({ who: 'The forkserver', executable: '/bin/python', output: '', ...start })
}

function failureOf(type: string): Partial<StartFailure> {
  return { failure: { type, message: 'the message', traceback: 'the traceback', module: 'app' } }
}

test.each([
  ['an exception of a module', failureOf('ValueError'), 'Likely cause: the code at the top level'],
  ['a missing package', failureOf('ModuleNotFoundError'), 'Likely cause: a package that'],
  ['a wrong entry', failureOf('vitest_python.ModuleProblem'), 'Likely cause: a wrong entry in the option'],
  [
    'a signal',
    { exit: { status: null, signal: 'SIGSEGV' as const } },
    'Likely cause: a crash in native code.',
  ],
])('%s has a likely cause', (_, start, cause) => {
  expect(explain(start)).toContain(cause)
})

test.each([
  ['an error whose text names its cause', failureOf('vitest_python.ThreadsPatched')],
  ['a start that takes too long', { waited: 30_000, importing: 'app' }],
])('%s is not followed by a guess', (_, start) => {
  expect(explain(start)).not.toContain('Likely cause')
})

test('a start that takes too long names the module and the option', () => {
  const text = explain({ waited: 30_000, importing: 'app' })
  expect(text).toContain('was not ready within 30000 ms; it was importing app.')
  expect(text).toContain('If it needs more time, raise `startupTimeout`.')
})
