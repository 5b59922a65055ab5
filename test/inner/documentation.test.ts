import { describe, expect, test } from 'vitest'
import { filesToCompile, filesToRun } from '../docs/snippets.ts'
import { checkTypes } from '../support/checkTypes.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

// The documents are written for the newest; that the older ones do the same is tested elsewhere.
const version = versions.at(-1)!
const fixture = 'documentation'

describe('TypeScript in the documents', () => {
  const files = { ...filesToCompile(), ...filesToRun() }

  test('has right types', async () => {
    expect(await checkTypes(version, fixture, files)).toEqual({ exitCode: 0, output: '' })
  })

  test('would not pass with wrong ones', async () => {
    const wrong = "import { python } from 'vitest-environment-python/vitest'\npython({ module: [] })\n"
    const { exitCode, output } = await checkTypes(version, fixture, { ...files, 'wrong.ts': wrong })
    expect(exitCode).not.toBe(0)
    expect(output.split('\n').filter((line) => line.includes('error'))).toEqual([
      expect.stringContaining('wrong.ts(2,10)'),
    ])
  })

  test('passes where it is a test', async () => {
    const { exitCode, output, left } = await runVitest({ version, fixture, files: filesToRun() })
    expect({ exitCode, failed: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, failed: '' })
    expect(output).toContain('No orphaned processes')
    expect(left).toEqual(NOTHING)
  })
})
