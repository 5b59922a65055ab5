import { realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeWorkspace } from '../support/pnpmWorkspace.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const PACKAGES = [
  ['four', '4.1.12'],
  ['three', '3.2.7'],
  ['twin', '4.1.12'],
] as const

// With `TESTED_VITEST`, there is no second copy.
describe.runIf(versions.length > 1)('a workspace of pnpm', () => {
  let workspace: string
  beforeAll(async () => {
    workspace = await makeWorkspace()
  })
  afterAll(() => rm(workspace, { recursive: true, force: true }))
  const run = (path: string, version: (typeof PACKAGES)[number][1]) =>
    runVitest({ version, fixture: 'pnpm', directory: join(workspace, path) })

  test('has a Vitest in each package, with this project beside it', () => {
    for (const name of ['vitest', 'vitest-environment-python']) {
      const copies = PACKAGES.map(([at]) =>
        realpathSync(join(workspace, 'packages', at, 'node_modules', name)),
      )
      expect(new Set(copies).size).toBe(3)
    }
  })

  test.each(PACKAGES)('%s alone has the types and the values of its Vitest', async (name, version) => {
    const tsc = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.']
    const cwd = join(workspace, 'packages', name)
    const { exitCode: compiled, all: problems } = await execa(process.execPath, tsc, {
      cwd,
      all: true,
      reject: false,
      stdin: 'ignore',
    })
    expect({ compiled, problems }).toEqual({ compiled: 0, problems: '' })
    const { exitCode, output, left } = await run(`packages/${name}`, version)
    expect(output).toContain(`v${version}`)
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).toContain('No orphaned processes')
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })

  test('from the root, a copy of another version is refused, and a copy of the same version works', async () => {
    const { exitCode, output, left } = await run('.', '4.1.12')
    expect(output).toMatch(/Tests +2 passed \(2\)/)
    expect(output).toMatch(/FAIL .*three.*place\.test\.ts/)
    expect(output.match(/SetupError \[VITEST_TWICE\]/g)).toHaveLength(1)
    expect(output.match(/No orphaned processes/g)).toHaveLength(2)
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })
})
