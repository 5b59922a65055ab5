import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { covering, pools } from '../support/versions.ts'

describe.concurrent.each(covering)('Vitest %s', (version) => {
  test('a Python exception fails the test and shows the line that raised it', async () => {
    const { exitCode, output, left } = await runVitest({
      version,
      fixture: 'errors',
      args: ['raises.test.ts'],
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

  test.each(
    pools,
  )('causes, groups and syntax errors are shown and passed to reporters, in %s', async (pool) => {
    const args = ['chained.test.ts', '--reporter=verbose', '--reporter=./fieldsReporter.ts']
    const result = await runVitest({ version, fixture: 'errors', pool, args })
    const { output } = result
    expect(output).toContain("ages.Unreadable: ('not readable', 2)")
    expect(output).toContain('Caused by: ValueError: an age is not negative: -1')
    expect(output).not.toContain('Serialized Error')
    expect(output).toMatch(/1\. ValueError: an age is not negative: -1/)
    expect(output).toMatch(/2\. ValueError: invalid literal for int\(\) with base 10: 'x'/)
    expect(output).toMatch(/SyntaxError: .*\n[\s\S]*unfinished.py:2\n +2\| return \(number \+\n +\| +\^/)
    const fields = printedBy<{ of: object; cause?: object }>(result, 'fields')
    expect(fields[0]).toMatchObject({
      of: {
        pythonType: 'ages.Unreadable',
        args: ['not readable', 2],
        notes: [],
        pythonBases: ['Exception', 'BaseException'],
      },
      cause: { pythonType: 'ValueError', args: ['an age is not negative: -1'] },
    })
    expect(fields[0]?.of).toHaveProperty('pythonTraceback', expect.stringContaining('direct cause'))
    expect(fields[1]?.of).toHaveProperty('errors.0.type.pythonType', 'ValueError')
  })

  test('toThrowPython matches exceptions by class and message', async () => {
    const { output } = await runVitest({ version, fixture: 'errors', args: ['matcher.test.ts'] })
    expect(output).toContain('Expected Python to raise KeyError, but it raised:')
    expect(output).toMatch(/Tests +1 failed \| 1 passed \(2\)/)
  })

  test('if a process ends during a test, only that test fails, with the reason', async () => {
    const { exitCode, output, left } = await runVitest({
      version,
      fixture: 'errors',
      args: ['crashes.test.ts'],
    })
    expect(output).toMatch(
      /pid \d+\) was killed by SIGABRT during "is killed by a signal" \(crashes.test.ts\)/,
    )
    expect(output).toMatch(/pid \d+\) exited with status 41 during "ends with a status" \(crashes.test.ts\)/)
    expect(output).toContain('Fatal Python error: Aborted')
    expect(output).toMatch(/File ".*python\/crash.py", line 6 in abort/)
    expect(output).not.toContain('vitest_python/')
    expect(output).toMatch(/Tests +2 failed \| 1 passed \(3\)/)
    expect(output).toContain('No orphaned processes')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })
})
