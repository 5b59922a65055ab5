import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { isJest, JEST, type JestVersion, NODE_24, VITEST_VERSIONS, type VitestVersion } from './versions.ts'

/** A version of Vitest, or Jest. */
export type Runner = VitestVersion | JestVersion

/** One version of Vitest with this project beside it, installed as users do. */
export interface Installation {
  directory: string
  /** The Node executable that runs it. */
  node: string
}

/** Files that tested runs share. */
export const integrationCache = fileURLToPath(new URL('../../.cache/integration', import.meta.url))

/** An installation is kept this long after its last use, because another run of these tests may use it. */
const MAX_AGE_MS = 30 * 60_000

/** Installs the tarball and one Vitest, unless they are installed. */
export async function install(version: Runner, tarball: string): Promise<Installation> {
  const directory = join(integrationCache, `${version}-${hashOf(version, tarball)}`)
  if (existsSync(directory)) await utimes(directory, new Date(), new Date())
  else await installInto(directory, version, tarball)
  return { directory, node: await nodeFor(version, directory) }
}

/** Names the content: an installation is used again only if the tarball and its companions are the same. */
function hashOf(version: Runner, tarball: string): string {
  const dependencies = dependenciesOf(version, basename(tarball))
  return createHash('sha1').update(JSON.stringify(dependencies)).digest('hex').slice(0, 12)
}

/** Removes the installations of older tarballs. */
export async function removeOldInstallations(): Promise<void> {
  for (const name of await readdir(integrationCache)) {
    const path = join(integrationCache, name)
    const isInstallation = [...VITEST_VERSIONS, JEST, 'workspace'].some((version) =>
      name.startsWith(`${version}-`),
    )
    if (!isInstallation || Date.now() - (await stat(path)).mtimeMs < MAX_AGE_MS) continue
    await rm(path, { recursive: true, force: true })
  }
}

/** Renames the directory to its name when it is complete. */
async function installInto(directory: string, version: Runner, tarball: string): Promise<void> {
  await mkdir(integrationCache, { recursive: true })
  const temporary = await mkdtemp(`${directory}.`)
  const manifest = { private: true, type: 'module', dependencies: dependenciesOf(version, tarball) }
  await writeFile(join(temporary, 'package.json'), JSON.stringify(manifest, null, 2))
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await execa('npm', ['install', ...options], { cwd: temporary, stdin: 'ignore' })
  try {
    await rename(temporary, directory)
  } catch (error) {
    // Another run of these tests was faster.
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(directory)) throw error
  }
}

/** Packages that the recipes use. */
const GRPC_CLIENTS = {
  'nice-grpc': '^2.1.0',
  '@connectrpc/connect': '^2.1.0',
  '@connectrpc/connect-node': '^2.1.0',
  '@bufbuild/protobuf': '^2.7.0',
}

/** Packages of applications that record traces. */
const OPENTELEMETRY = {
  '@opentelemetry/api': '1.9.1',
  '@opentelemetry/sdk-trace-node': '2.12.1',
  '@opentelemetry/sdk-metrics': '2.12.1',
}

function dependenciesOf(version: Runner, tarball: string): Record<string, string> {
  return {
    ...(isJest(version)
      ? {
          jest: version.split('@')[1] as string,
          'jest-environment-jsdom': '^30.0.0',
          '@types/jest': '^30.0.0',
        }
      : {
          vitest: version,
          '@vitest/ui': version,
          '@vitest/coverage-v8': version,
          '@vitest/coverage-istanbul': version,
          ...OPENTELEMETRY,
        }),
    'vitest-environment-python': `file:${tarball}`,
    '@grpc/grpc-js': '^1.14.0',
    ...GRPC_CLIENTS,
    typescript: '5.9.3',
    jsdom: '^26.1.0',
    // Beside one version only: the others show the error if it is missing.
    ...(version.startsWith('4.') ? { 'happy-dom': '^20.0.0' } : {}),
    // Vitest 5 does not depend on Vite, and does not run on Node 20.
    ...(needsNode24(version)
      ? { vite: '^8.0.0', node: NODE_24, '@types/node': '^24.0.0' }
      : { '@types/node': '^20.19.0' }),
  }
}

async function nodeFor(version: Runner, directory: string): Promise<string> {
  if (!needsNode24(version)) return process.execPath
  const node = join(directory, 'node_modules/node/bin/node')
  // npm may be configured to run no install scripts. This script fetches the package of the executable.
  if (!existsSync(node)) {
    await execa(process.execPath, ['installArchSpecificPackage.js'], { cwd: dirname(dirname(node)) })
  }
  return node
}

function needsNode24(version: Runner): boolean {
  return Number.parseInt(version, 10) >= 5
}
