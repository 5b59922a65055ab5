import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Combination } from '../../scripts/matrix/cases.mjs'
import { layFixture } from '../support/runVitest.ts'
import { filesOf } from './play.ts'

/** Lays the fixtures into `directory`, and installs the runner, its Vite and the tarball there. */
export async function installProject(
  directory: string,
  { runner, version, vite }: Combination,
  tarball: string,
): Promise<void> {
  layFixture(directory, 'bridge', filesOf('module'))
  const dependencies = {
    [runner]: version,
    ...(vite ? { vite: `^${vite}.0.0` } : {}),
    'vitest-environment-python': `file:${tarball}`,
    '@grpc/grpc-js': '^1.14.0',
    typescript: '5.9.3',
  }
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await npmInstall(directory)
  await refuseSecondVite(directory)
}

/** Returns the path of a version of Node. Installs npm's package `node` below `cache` unless this is that version. */
export async function nodeOf(version: string, cache: string): Promise<string> {
  if (process.versions.node === version) return process.execPath
  const project = join(cache, `node-${version}`)
  const path = join(project, 'node_modules/node/bin/node')
  if (existsSync(path)) return path
  await mkdir(project, { recursive: true })
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true }))
  await npmInstall(project, [`node@${version}`])
  // npm may be configured to run no install scripts. This script fetches the package of the executable.
  const cwd = join(project, 'node_modules/node')
  if (!existsSync(path)) await execa(process.execPath, ['installArchSpecificPackage.js'], { cwd })
  return path
}

/** The version of an installed package; empty if it is not installed. */
export async function versionOf(directory: string, name: string): Promise<string> {
  const manifest = join(directory, 'node_modules', name, 'package.json')
  return existsSync(manifest) ? JSON.parse(await readFile(manifest, 'utf8')).version : ''
}

async function npmInstall(cwd: string, packages: string[] = []): Promise<void> {
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await execa('npm', ['install', ...options, ...packages], { cwd, stdin: 'ignore' })
}

/** A second Vite beside Vitest would make the combination another one. */
async function refuseSecondVite(directory: string): Promise<void> {
  const beside = await readdir(join(directory, 'node_modules/vitest/node_modules')).catch((): string[] => [])
  if (beside.includes('vite')) throw new Error('npm has installed a second Vite for Vitest.')
}
