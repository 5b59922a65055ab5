import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { NODE_24, type VitestVersion } from './versions.ts'

/** Vitest of one version with this project beside it, installed as a user does. */
export interface Installation {
  directory: string
  /** Executable that runs it. */
  node: string
}

/** Everything that inner runs keep between them. */
export const innerCache = fileURLToPath(new URL('../../.cache/inner', import.meta.url))

/** Written last: an installation without it was broken off. */
const COMPLETE = '.complete'

/** Installs the tarball and one Vitest, unless that was done before. */
export async function install(version: VitestVersion, tarball: string): Promise<Installation> {
  const hash = basename(tarball, '.tgz').split('-').at(-1)
  const directory = join(innerCache, `${version}-${hash}`)
  if (!existsSync(join(directory, COMPLETE))) await installInto(directory, version, tarball)
  return { directory, node: await nodeFor(version, directory) }
}

async function installInto(directory: string, version: VitestVersion, tarball: string): Promise<void> {
  await takeOver(version, directory)
  const manifest = { private: true, type: 'module', dependencies: dependenciesOf(version, tarball) }
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest, null, 2))
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await execa('npm', ['install', ...options], { cwd: directory, stdin: 'ignore' })
  await writeFile(join(directory, COMPLETE), '')
}

/** Installations with older tarballs go, but for one: npm then has to replace the tarball only. */
async function takeOver(version: VitestVersion, directory: string): Promise<void> {
  await mkdir(innerCache, { recursive: true })
  const old = (await readdir(innerCache)).filter((name) => name.startsWith(`${version}-`))
  for (const name of old) {
    await rm(join(innerCache, name, COMPLETE), { force: true })
    if (existsSync(directory)) await rm(join(innerCache, name), { recursive: true, force: true })
    else await rename(join(innerCache, name), directory)
  }
  await mkdir(directory, { recursive: true })
}

function dependenciesOf(version: VitestVersion, tarball: string): Record<string, string> {
  return {
    vitest: version,
    'vitest-environment-python': `file:${tarball}`,
    '@grpc/grpc-js': '^1.14.0',
    typescript: '5.9.3',
    // Vitest 5 brings no Vite of its own and does not run on Node 20.
    ...(needsNode24(version)
      ? { vite: '^8.0.0', node: NODE_24, '@types/node': '^24.0.0' }
      : { '@types/node': '^20.19.0' }),
  }
}

async function nodeFor(version: VitestVersion, directory: string): Promise<string> {
  if (!needsNode24(version)) return process.execPath
  const node = join(directory, 'node_modules/node/bin/node')
  // npm may have been told to run no install scripts; this is the one that fetches the executable's package.
  if (!existsSync(node)) {
    await execa(process.execPath, ['installArchSpecificPackage.js'], { cwd: dirname(dirname(node)) })
  }
  return node
}

function needsNode24(version: VitestVersion): boolean {
  return Number.parseInt(version, 10) >= 5
}
