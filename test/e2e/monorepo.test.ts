import { describe, expect, inject, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

interface Seen {
  package: string
  run: string
  module: string
  prefix: string
}

/** Runs a shell command in the project before Vitest. */
const after =
  (command: string) =>
  (vitest: string[]): string[] => ['/bin/sh', '-c', `${command} && exec "$@"`, 'sh', ...vitest]

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test.each([
    ['from the root', [], ['sums', 'text']],
    ['each by itself', ['--root=packages/text'], ['text']],
  ])('packages have their own modules and interpreters, %s', async (_, args, packages) => {
    const wrap = after('python3 -m venv --without-pip packages/text/.venv')
    const result = await runVitest({ version, fixture: 'monorepo', args, wrap })
    const seen = printedBy<Seen>(result, 'seen').sort((a, b) => a.package.localeCompare(b.package))
    expect(seen.map((at) => [at.package, at.module])).toEqual(packages.map((name) => [name, name]))
    for (const { package: name, prefix } of seen)
      expect(prefix.endsWith('/packages/text/.venv')).toBe(name === 'text')
    expect(new Set(seen.map(({ run }) => run)).size).toBe(packages.length)
    expect(result.output.match(/No orphaned processes/g)).toHaveLength(packages.length)
    expect(result.exitCode).toBe(0)
    expect(result.left).toEqual(NOTHING)
  })
})

// With `TESTED_VITEST`, there is no second copy.
describe.runIf(versions.length > 1).concurrent.each(versions)('a linked package, Vitest %s', (version) => {
  const foreign = versions.find((other) => other !== version) as typeof version
  /** Runs the package linked to the copy in another installation. */
  const linkedTo = (other: typeof version) => {
    const copy = `${inject('installations')[other]?.directory}/node_modules/vitest-environment-python`
    const wrap = after(`mkdir node_modules && ln -s ${copy} node_modules/vitest-environment-python`)
    return runVitest({ version, fixture: 'passes', wrap })
  }

  test('works if it finds the Vitest that runs the tests', async () => {
    const { exitCode, output, left } = await linkedTo(version)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('fails with the reason if it finds another Vitest', async () => {
    const { exitCode, output, left } = await linkedTo(foreign)
    expect(output).toContain('[VITEST_TWICE]')
    expect(output).toContain('is not the one that runs this test: there are two copies')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })
})
