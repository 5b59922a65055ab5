import { describe, expect, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  const run = (...args: string[]) => runVitest({ version, fixture: 'pools', args })

  test('tests choose a pool by name, and each pool has its own options and verdict', async () => {
    // In Vitest 3.2, the dependencies of a fixture are fixed when it is defined.
    const extended = version.startsWith('3.') ? [] : ['extended']
    const { exitCode, output, left } = await run('chosen', 'overridden', ...extended)
    expect(output).toContain(`${6 + extended.length} passed (${6 + extended.length})`)
    expect(output.match(/No orphaned processes/g)).toHaveLength(3)
    expect(exitCode).toBe(0)
    expect(left).toEqual(NOTHING)
  })

  test('an unknown pool is named, and the known ones are listed', async () => {
    const { exitCode, output, left } = await run('unknown')
    expect(output).toContain(
      'SetupError [POOL_UNKNOWN]: There is no pool "tpu": the option pools of this project has default, gpu, kept.',
    )
    expect(output).not.toContain('No orphaned processes')
    expect(exitCode).toBe(1)
    expect(left).toEqual(NOTHING)
  })
})
