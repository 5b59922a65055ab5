import { expect, test } from 'vitest'
import { explainStartFailure, type StartFailure } from '../../../../../src/pool/python/start/startFailure.ts'

function explain(start: Partial<StartFailure>): string {
  return explainStartFailure({ who: 'The forkserver', executable: '/bin/python', output: '', ...start })
}

function failureOf(type: string): Partial<StartFailure> {
  return { failure: { type, message: 'the message', traceback: 'the traceback', module: 'app' } }
}

function ended(signal: NodeJS.Signals | null): Partial<StartFailure> {
  return { exit: { status: signal === null ? 1 : null, signal } }
}

const FULL = { type: 'OSError', message: '[Errno 28] No space left on device', traceback: 'OSError: …' }

test.each([
  ['an exception of a module', failureOf('ValueError'), 'The code at the top level of a module runs when'],
  ['a missing package', failureOf('ModuleNotFoundError'), 'Install the package for this interpreter'],
  ['a wrong entry', failureOf('vitest_python.ModuleProblem'), 'Correct the entry in the option'],
  ['a crash', ended('SIGSEGV'), 'Native code has crashed.'],
  ['SIGKILL', ended('SIGKILL'), 'Another program has killed it, or the kernel, if memory ran out'],
  ['another signal', ended('SIGTERM'), 'Another process, or the process itself, sent SIGTERM.'],
  ['an end without a word', ended(null), 'Check if a module ends the process'],
])('%s is followed by the next step', (_, start, step) => {
  expect(explain(start)).toContain(step)
})

test.each([
  ['an error whose text names its cause', failureOf('vitest_python.ThreadsPatched')],
  ['an error outside of a module', { failure: FULL }],
])('%s is followed by none', (_, start) => {
  expect(explain(start)).toMatch(/Interpreter: \/bin\/python$/)
})

test('a start that takes too long names the module and the option', () => {
  const text = explain({ waited: 30_000, importing: 'app' })
  expect(text).toContain('was not ready within 30000 ms; it was importing app.')
  expect(text).toContain('If it needs more time, raise `startupTimeout`.')
})
