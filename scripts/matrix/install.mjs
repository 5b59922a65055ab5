// Installs what a combination of `npm run matrix` needs.
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** Lays the fixture of a runner into `directory`, and installs the runner, its Vite and the tarball there. */
export async function installProject(directory, { runner, version, vite }, tarball) {
  const fixture = runner === 'jest' ? 'matrix-jest' : 'matrix'
  const path = fileURLToPath(new URL(`../../test/e2e/fixtures/${fixture}`, import.meta.url))
  await cp(path, directory, { recursive: true })
  const dependencies = {
    [runner]: version,
    ...(vite ? { vite: `^${vite}.0.0` } : {}),
    'vitest-environment-python': `file:${tarball}`,
    '@grpc/grpc-js': '^1.14.0',
  }
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await npmInstall(directory)
}

export async function npmInstall(cwd, packages = []) {
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await execa('npm', ['install', ...options, ...packages], { cwd, stdin: 'ignore' })
}

/** The version of the installed Vite. A second Vite beside Vitest would make the combination another one. */
export async function viteIn(directory) {
  const modules = join(directory, 'node_modules')
  const beside = await readdir(join(modules, 'vitest/node_modules')).catch(() => [])
  if (beside.includes('vite')) throw new Error('npm has installed a second Vite for Vitest.')
  return JSON.parse(await readFile(join(modules, 'vite/package.json'), 'utf8')).version
}
