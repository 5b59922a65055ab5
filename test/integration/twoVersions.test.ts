import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { NOTHING, runVitest } from '../support/runVitest.ts'
import { versions } from '../support/versions.ts'

const PACKAGE = 'node_modules/vitest-environment-python'

/** The plugin comes from the installation. Tests get a second copy of the package, which is nearer to them. */
const config = `
import { defineConfig } from 'vitest/config'
import { python } from '../${PACKAGE}/dist/vitest.js'
export default defineConfig({ plugins: [python({ modules: ['./python/tools.py'] })] })
`

/** Copies the installed package; `change` turns the copy into another version. */
function secondCopy(installation: string, change: (text: string) => string): Record<string, string> {
  const names = readdirSync(join(installation, PACKAGE), { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => /\.(js|json)$/.test(name) && !name.startsWith('python'))
  return Object.fromEntries(
    files.map((name) => [
      join(PACKAGE, name),
      change(readFileSync(join(installation, PACKAGE, name), 'utf8')),
    ]),
  )
}

// The last alternative is the version in the template of `protocolMismatch`.
const PROTOCOL_IN_DIST = /(protocol(?:!==|:)|and \$\{\w+\} )[1-9]\d*/g
const another = (text: string) => text.replace(PROTOCOL_IN_DIST, (_, before: string) => `${before}77`)

describe.each(versions)('Vitest %s, and the package installed twice', (version) => {
  const run = (change: (text: string) => string) => {
    const { directory } = inject('installations')[version]!
    const files = { ...secondCopy(directory, change), 'vitest.config.ts': config }
    return runVitest({ version, fixture: 'passes', files, args: ['calls'] })
  }

  test('in two versions: the test fails with the reason, and starts nothing', async () => {
    const { exitCode, output, left } = await run(another)
    expect(output).toMatch(
      /SetupError \[PROTOCOL_MISMATCH\]: The run speaks protocol \d+ and these fixtures 77:/,
    )
    expect(output).toContain('two versions of vitest-environment-python are installed')
    expect(output).not.toContain('No orphaned processes')
    expect({ exitCode, left }).toEqual({ exitCode: 1, left: NOTHING })
  })

  test('control: in the same version, the test passes', async () => {
    const { exitCode, output, left } = await run((text) => text)
    expect(output).toContain('No orphaned processes')
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: NOTHING })
  })
})
