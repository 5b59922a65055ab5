import { execa } from 'execa'
import { describe, expect, inject, test } from 'vitest'
import { checkTypes } from '../support/checkTypes.ts'
import { installProject } from '../support/installProject.ts'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { JEST, versions } from '../support/versions.ts'

/** Each Vitest with the oldest Vite that it takes. The shared installations have the newest. */
const PAIRS = [
  ['3.2.7', '5'],
  ['4.1.12', '6'],
  ['5.1.1', '6'],
] as const

const poolsOf = (module: string) =>
  `import '${module}'\ndeclare module '${module}' { interface PythonPools { cpu: true; gpu: true } }\n`

describe('a package without "type": "module"', () => {
  test.each(
    PAIRS.filter(([version]) => versions.includes(version)),
  )('runs a .ts configuration with Vitest %s and Vite %s', async (version, vite) => {
    await using project = await installProject('commonjs', { vitest: version, vite: `^${vite}.0.0` })
    const { directory } = project
    const { exitCode, output, left } = await runVitest({ version, fixture: 'commonjs', directory })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect(output).toContain('No orphaned processes')
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })

  test.each(versions)('has types of the plugin with Vitest %s', async (version) => {
    expect(await checkTypes(version, 'commonjs')).toEqual({ exitCode: 0, output: '' })
  })

  test.each([
    ['node16', 'tsconfig.json'],
    ['node10', 'tsconfig.node10.json'],
  ])('declares the names of its pools, with moduleResolution %s', async (_, configuration) => {
    const [version] = versions
    const types = await checkTypes(version!, 'commonjs-pools', {}, configuration)
    expect(types).toEqual({ exitCode: 0, output: '' })
    const file = 'vitest-environment-python/vitest'
    const files = { 'pools.d.ts': poolsOf(file) }
    expect(await checkTypes(version!, 'commonjs-pools', files, configuration)).toEqual(types)
  })

  test.each(versions)('runs tests on two pools with Vitest %s', async (version) => {
    const { exitCode, output, left } = await runVitest({ version, fixture: 'commonjs-pools' })
    expect(output).toMatch(/Tests +2 passed \(2\)/)
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })

  test('requires the plugin, and learns why it cannot require the fixtures', async () => {
    const { directory, node } = inject('installations')[versions[0]!]!
    const run = (code: string) =>
      execa(node, ['--input-type=commonjs', '-e', code], { cwd: directory, all: true, reject: false })
    const required = await run("console.log(require('vitest-environment-python/vitest').python().name)")
    expect(required.all).toBe('vitest-environment-python')
    const refused = await run("require('vitest-environment-python/fixtures')")
    expect(refused.all).toContain(
      'vitest-environment-python/fixtures cannot be loaded by require(), as Vitest cannot. Use import instead.',
    )
    expect(refused.exitCode).toBe(1)
  })
})

describe('moduleResolution: node10', () => {
  test('finds the types of every entry point that tests and configurations import', async () => {
    expect(await checkTypes(JEST, 'node10')).toEqual({ exitCode: 0, output: '' })
  })
})
