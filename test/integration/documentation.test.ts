import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { developmentPython } from '../../scripts/development-python.mjs'
import { filesToCompile, filesToRun } from '../docs/snippets.ts'
import { checkTypes } from '../support/checkTypes.ts'
import { NOTHING, pathOfFixture, runVitest } from '../support/runVitest.ts'
import { covering } from '../support/versions.ts'

const fixture = 'documentation'

/** The code that Python's generator makes from the recipe's service. */
async function generated(): Promise<Record<string, string>> {
  const out = mkdtempSync(join(tmpdir(), 'vp-'))
  try {
    const protoc = ['-m', 'grpc_tools.protoc', '-I', '.', `--python_out=${out}`, `--grpc_python_out=${out}`]
    await execa(await developmentPython(), [...protoc, 'app/embed.proto'], { cwd: pathOfFixture(fixture) })
    const names = ['app/embed_pb2.py', 'app/embed_pb2_grpc.py']
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(out, name), 'utf8')]))
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

describe.each(covering)('TypeScript in the documents, Vitest %s', (version) => {
  const files = { ...filesToCompile(), ...filesToRun() }

  test('has correct types', async () => {
    expect(await checkTypes(version, fixture, files)).toEqual({ exitCode: 0, output: '' })
  })

  test('control: wrong types fail', async () => {
    const wrong = "import { python } from 'vitest-environment-python/vitest'\npython({ module: [] })\n"
    const { exitCode, output } = await checkTypes(version, fixture, { ...files, 'wrong.ts': wrong })
    expect(exitCode).not.toBe(0)
    expect(output.split('\n').filter((line) => line.includes('error'))).toEqual([
      expect.stringContaining('wrong.ts(2,10)'),
    ])
  })

  test('passes if it is a test', async () => {
    const files = { ...filesToRun(), ...(await generated()) }
    const { exitCode, output, left } = await runVitest({ version, fixture, files })
    expect({ exitCode, failed: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, failed: '' })
    expect(output).toContain('embed.test.ts')
    expect(output).toContain('No orphaned processes')
    expect(left).toEqual(NOTHING)
  })
})
