import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { pack } from '../../scripts/pack.mjs'
import { integrationCache } from './installation.ts'
import { layFixture } from './runVitest.ts'

/** A fixture project with an installation of its own, for combinations that the shared ones do not have. */
export async function installProject(
  fixture: string,
  dependencies: Record<string, string>,
): Promise<{ directory: string; [Symbol.asyncDispose](): Promise<void> }> {
  const directory = await mkdtemp(join(integrationCache, `${fixture}-`))
  layFixture(directory, fixture)
  const tarball = await pack(join(directory, '.packed'))
  const manifest = {
    private: true,
    dependencies: {
      ...dependencies,
      'vitest-environment-python': `file:${tarball}`,
      '@grpc/grpc-js': '^1.14.0',
    },
  }
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest, null, 2))
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await execa('npm', ['install', ...options], { cwd: directory, stdin: 'ignore' })
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) }
}
