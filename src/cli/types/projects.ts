import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { execa } from 'execa'
import { installedVersion } from '../../globalSetup/run/runnerVersions.ts'
import { SetupError } from '../../support/errors.ts'
import type { TypesProject } from '../../types/typesFiles.ts'
import { streamToStderr } from '../print.ts'

/**
 * Reads the options from the configurations of Vitest and Jest, as the runners themselves read them.
 *
 * @throws SetupError TYPES_NO_CONFIG if neither has any
 */
export async function findProjects(root: string): Promise<TypesProject[]> {
  const problems: string[] = []
  const found = [
    ...(installedVersion('vitest', root) ? await attempt('Vitest', vitestProjects, root, problems) : []),
    ...(installedVersion('jest', root) ? await attempt('Jest', jestProjects, root, problems) : []),
  ]
  if (found.length > 0) return found
  const why = problems.length > 0 ? `\n${problems.join('\n')}` : ''
  throw new SetupError(
    'TYPES_NO_CONFIG',
    `No configuration of Vitest or Jest in ${root} has options for Python. Run this in the directory of the configuration, or add the plugin first: npx vitest-python init${why}`,
  )
}

async function attempt(
  name: string,
  read: (root: string) => Promise<TypesProject[]>,
  root: string,
  problems: string[],
): Promise<TypesProject[]> {
  try {
    return await read(root)
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`)
    return []
  }
}

interface VitestLike {
  projects?: VitestProject[]
  close(): Promise<void>
}

interface Streams {
  stdout: Writable
  stderr: Writable
}

interface VitestProject {
  config: { root: string; environmentOptions?: Record<string, unknown> }
}

async function vitestProjects(root: string): Promise<TypesProject[]> {
  // The Vitest of the project: this package may lie elsewhere, as in a linked workspace.
  const { createVitest } = (await import('vitest/node')) as unknown as {
    createVitest(mode: string, options: object, vite: object, streams: Streams): Promise<VitestLike>
  }
  // On a terminal, Vitest would hide the cursor, and take the signals that a command waits for.
  const stream = streamToStderr()
  const streams = { stdout: stream, stderr: stream }
  const vitest = await createVitest('test', { root, watch: false, run: true }, {}, streams)
  try {
    return (vitest.projects ?? []).flatMap(({ config }) => {
      const options = config.environmentOptions?.['python']
      return options ? [{ entry: 'fixtures' as const, root: config.root, options }] : []
    })
  } finally {
    await vitest.close()
  }
}

async function jestProjects(root: string): Promise<TypesProject[]> {
  const require = createRequire(join(realpathSync(root), 'package.json'))
  // Its exports hide the file that it runs.
  const bin = join(dirname(require.resolve('jest/package.json')), 'bin/jest.js')
  if (!existsSync(bin)) return []
  const { stdout } = await execa(process.execPath, [bin, '--showConfig'], { cwd: root, stdin: 'ignore' })
  const { configs } = JSON.parse(stdout) as {
    configs: { rootDir: string; testEnvironmentOptions: Record<string, unknown> }[]
  }
  return configs.flatMap(({ rootDir, testEnvironmentOptions: { python } }) =>
    python ? [{ entry: 'jest' as const, root: rootDir, options: withoutBase(python) }] : [],
  )
}

/** Jest's `base` may be any package. */
function withoutBase(options: unknown): unknown {
  const { base: _, ...others } = options as Record<string, unknown>
  return others
}
