import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { integrationCache } from './installation.ts'

/** Installs a package manager from npm's registry, once, and returns the directory of its package. */
export async function installTool(name: string, version: string): Promise<string> {
  const directory = join(integrationCache, name, version)
  if (!existsSync(directory)) {
    await mkdir(dirname(directory), { recursive: true })
    const temporary = await mkdtemp(`${directory}.`)
    await writeFile(join(temporary, 'package.json'), '{}')
    const options = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error']
    await execa('npm', ['install', ...options, `${name}@${version}`], { cwd: temporary, stdin: 'ignore' })
    // If another run of these tests was faster, its copy is used.
    await rename(temporary, directory).catch(() => rm(temporary, { recursive: true, force: true }))
  }
  return join(directory, 'node_modules', name)
}
