import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { pack } from '../../scripts/pack.mjs'
import { integrationCache } from './installation.ts'
import { installTool } from './installTool.ts'
import { layFixture } from './runVitest.ts'

const PNPM = '10.34.9'
/** Root and packages of the workspace. The third package has the Vitest of the first one, but in another place. */
const DEPENDENCIES = {
  '.': { vitest: '4.1.12', '@types/node': '^20.19.0' },
  'packages/four': { vitest: '4.1.12', '@types/node': '^20.19.0' },
  'packages/three': { vitest: '3.2.7', '@types/node': '^20.19.0' },
  'packages/twin': { vitest: '4.1.12', '@types/node': '^24.0.0' },
}

/** A workspace installed by pnpm, with this project in each package, and three copies of Vitest. */
export async function makeWorkspace(): Promise<string> {
  const pnpm = join(await installTool('pnpm', PNPM), 'bin/pnpm.cjs')
  const directory = await mkdtemp(join(integrationCache, 'workspace-'))
  const tarball = await pack(join(directory, 'packed'))
  for (const [path, dependencies] of Object.entries(DEPENDENCIES)) {
    if (path !== '.') layFixture(join(directory, path), 'pnpm')
    await writeFile(join(directory, path, 'package.json'), manifestOf(dependencies, tarball))
  }
  await writeFile(join(directory, 'pnpm-workspace.yaml'), 'packages: ["packages/*"]\n')
  const root = "export default { test: { projects: ['packages/*'] } }\n"
  await writeFile(join(directory, 'vitest.config.mjs'), root)
  const options = ['--no-lockfile', '--prefer-offline', '--store-dir', join(integrationCache, 'pnpm/store')]
  await execa(process.execPath, [pnpm, 'install', ...options], { cwd: directory, stdin: 'ignore' })
  return directory
}

function manifestOf(dependencies: Record<string, string>, tarball: string): string {
  const ours = { 'vitest-environment-python': `file:${tarball}`, '@grpc/grpc-js': '^1.14.0' }
  const all = { ...dependencies, ...ours, typescript: '5.9.3' }
  return JSON.stringify({ private: true, type: 'module', dependencies: all }, null, 2)
}
