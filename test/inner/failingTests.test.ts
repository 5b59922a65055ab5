import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test('an exception of Python fails the test and shows where in Python it was raised', async () => {
    const { exitCode, output, left } = await runVitest({
      ...{ version, fixture: 'errors', args: ['raises.test.ts'] },
    })
    expect(output).toContain('ValueError: an age is not negative: -1')
    expect(output).toContain('raise ValueError(f"an age is not negative: {age}")')
    expect(output).toContain('❯ parse_age python/ages.py:4:')
    expect(output).toContain('❯ parse_all python/ages.py:9:')
    expect(output).toMatch(/❯ raises.test.ts:4:\d+/)
    expect(output).not.toContain('node_modules/vitest-environment-python')
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })

  test('a process that ends in a test fails that test with the reason, and no other test', async () => {
    const { exitCode, output, left } = await runVitest({
      ...{ version, fixture: 'errors', args: ['crashes.test.ts'] },
    })
    expect(output).toMatch(
      /pid \d+\) was killed by SIGABRT during "is killed by a signal" \(crashes.test.ts\)/,
    )
    expect(output).toMatch(/pid \d+\) exited with status 41 during "ends with a status" \(crashes.test.ts\)/)
    expect(output).toMatch(/Tests +2 failed \| 1 passed \(3\)/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })
})
