import { describe, expect, test } from 'vitest'
import { printedBy } from '../support/printed.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const version = versions.at(0) as (typeof versions)[0]

// The pool decides, and does not depend on the runner, so one version suffices.
describe.concurrent("isolation: 'shared'", () => {
  async function run(args: string[], python: Record<string, unknown>) {
    const options = { isolation: 'shared', spares: 0, ...python }
    const result = await runVitest({ version, fixture: 'shared', args, python: options })
    expect(result.output).not.toMatch(/\d failed/)
    expect(result.output).toContain('No orphaned processes')
    expect(result.exitCode).toBe(0)
    expect(result.left).toEqual(NOTHING)
    return result
  }

  /** The processes that served the three concurrent tests of each of two files. */
  async function served(affinity: 'hint' | 'strict') {
    const by = printedBy<['a' | 'b', number]>(await run(['affine'], { affinity, maxWorkers: 8 }), 'served')
    expect(by).toHaveLength(6)
    const of = (file: string) => new Set(by.filter(([at]) => at === file).map(([, pid]) => pid))
    return [of('a'), of('b')] as const
  }

  test("affinity: 'strict': the tests of a file wait for its process, and another file has another one", async () => {
    const [a, b] = await served('strict')
    expect([a.size, b.size]).toEqual([1, 1])
    expect(a).not.toEqual(b)
  })

  test("affinity: 'hint': tests do not wait", async () => {
    const [a, b] = await served('hint')
    expect(a.size + b.size).toBeGreaterThan(2)
  })

  test('a stream that is left early is closed in Python, and its process serves other tests', async () => {
    await run(['leaves'], { maxWorkers: 1 })
  })
})
