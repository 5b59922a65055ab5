import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { inject } from 'vitest'
import type { Runner } from './installation.ts'
import { layFixture } from './runVitest.ts'

/** Runs the TypeScript compiler on a fixture project, with `files` added, beside an installation. */
export async function checkTypes(
  version: Runner,
  fixture: string,
  files: Record<string, string> = {},
  configuration = 'tsconfig.json',
) {
  const installation = inject('installations')[version]!
  const directory = mkdtempSync(join(installation.directory, `${fixture}-`))
  try {
    layFixture(directory, fixture, files)
    const compiler = '../node_modules/typescript/bin/tsc'
    const options = { cwd: directory, all: true, reject: false, stdin: 'ignore' } as const
    const { exitCode, all } = await execa(
      installation.node,
      [compiler, '--noEmit', '-p', configuration],
      options,
    )
    return { exitCode, output: all }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
