import { describe, expect, test } from 'vitest'
import { type FixtureResult, NOTHING, runVitest } from '../support/runVitest.ts'
import { covering, versions } from '../support/versions.ts'

/** The run prints the reason, exits with 1 and leaves nothing. */
function expectFailure({ exitCode, output, left }: FixtureResult, why: string) {
  expect(output).toContain(why)
  expect(output).not.toMatch(/Tests +\d+ passed/)
  expect(exitCode).toBe(1)
  expect(left).toEqual(NOTHING)
}

describe.concurrent.each(covering)('Vitest %s', (version) => {
  const broken = (python: Record<string, unknown>) => runVitest({ version, fixture: 'broken', python })

  test('an invalid option fails the run and is named', async () => {
    expectFailure(
      await broken({ isolation: 'tests' }),
      'isolation is "tests": write "test", "file" or "shared"',
    )
  })

  test.each(['eager', 'lazy'])('a missing module fails the run and is named, %s', async (start) => {
    const result = await broken({ modules: ['./python/nowhere.py'], start })
    expectFailure(result, './python/nowhere.py does not exist')
  })

  test.each(['eager', 'lazy'])('a syntax error in a module fails the run and is shown, %s', async (start) => {
    const result = await broken({ modules: ['./python/syntax.py'], start })
    expectFailure(result, 'importing syntax raised SyntaxError')
    expect(result.output).toContain('PYTHON_START_FAILED')
    expect(result.output).toMatch(/python\/syntax\.py", line 1\n +def broken\(:/)
  })

  test('a module that raises when it is imported fails the run and is shown', async () => {
    const result = await broken({ modules: ['./python/raises.py'] })
    expectFailure(result, 'importing raises raised RuntimeError: no licence found')
    expect(result.output).toContain('python/raises.py", line 1')
  })

  test('a servicer that cannot be registered fails the test and is shown', async () => {
    const services = ['no_servicer:register']
    const files = { 'no_servicer.py': "def register(server):\n    raise OSError('no model')\n" }
    const result = await runVitest({ version, fixture: 'broken', files, python: { services } })
    expectFailure(result, 'LeaseError [WORKER_START_FAILED]: Python did not start')
    expect(result.output).toContain('OSError: no model')
  })
})

describe.concurrent.each(versions)('Vitest %s, which decides what follows a failure', (version) => {
  test.each(['eager', 'lazy'])('a missing interpreter fails the run and is named, %s', async (start) => {
    const result = await runVitest({
      version,
      fixture: 'broken',
      python: { python: './nowhere/bin/python', start },
    })
    expectFailure(result, 'The Python named by option `python` cannot be used')
    expect(result.output).toContain('/nowhere/bin/python does not exist')
    expect(result.output).toContain('PYTHON_NOT_FOUND')
  })

  test("if a project's own global setup throws after ours, the run fails and Python is stopped", async () => {
    const result = await runVitest({ version, fixture: 'second-setup' })
    expectFailure(result, 'the database is not there')
    // A verdict is printed only if Python was started. A worker may not have come up by then.
    expect(result.output).toMatch(/No orphaned processes: run [0-9a-z]{7}, \d/)
  })
})
