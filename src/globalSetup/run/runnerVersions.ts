import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compareVersions, release } from '../../pool/interpreter/version.ts'
import { SetupError } from '../../support/errors.ts'

/** The versions that this package is tested with: `oldest` and newer, up to the major version `newest`. */
interface Range {
  oldest: string
  newest: number
}

export type PeerName = 'vitest' | 'jest' | '@grpc/grpc-js'

const RANGES: Record<PeerName, Range> = {
  vitest: { oldest: '3.2', newest: 5 },
  jest: { oldest: '29', newest: 30 },
  '@grpc/grpc-js': { oldest: '1.12', newest: 1 },
}

/** The judgement of a version. Its text follows the name and the version. */
export type Fitness =
  | { state: 'ok' }
  | { state: 'too old'; remedy: string }
  | { state: 'untested'; remedy: string }

/** Judges the version of a package that the project brings. */
export function judgeVersion(name: PeerName, version: string): Fitness {
  const { oldest, newest } = RANGES[name]
  if (compareVersions(version, oldest) < 0)
    return {
      state: 'too old',
      remedy: `${oldest} or newer is needed: npm install --save-dev ${name}@${newest}`,
    }
  if ((release(version)[0] ?? 0) > newest)
    return {
      state: 'untested',
      remedy: `newer than what this package is tested with (${name} ${newest})`,
    }
  return { state: 'ok' }
}

/**
 * Refuses a runner that is too old. An unknown version passes.
 *
 * @throws SetupError RUNNER_TOO_OLD
 */
export function requireRunner(name: 'vitest' | 'jest', version: string | undefined): void {
  const fitness: Fitness = version === undefined ? { state: 'ok' } : judgeVersion(name, version)
  if (fitness.state === 'too old')
    throw new SetupError(
      'RUNNER_TOO_OLD',
      `vitest-environment-python does not work with ${name} ${version}: ${fitness.remedy}.`,
    )
}

/** The version that an import from `directory` gets; `undefined` if the package is not there. */
export function installedVersion(name: string, directory: string): string | undefined {
  const manifest = manifestAbove(name, directory) ?? manifestByResolution(name, directory)
  if (manifest === undefined) return undefined
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

function manifestAbove(name: string, directory: string): string | undefined {
  const manifest = join(directory, 'node_modules', name, 'package.json')
  if (existsSync(manifest)) return manifest
  const parent = dirname(directory)
  return parent === directory ? undefined : manifestAbove(name, parent)
}

/** Yarn Plug'n'Play has no node_modules, but patches Node's resolution and file system. */
function manifestByResolution(name: string, directory: string): string | undefined {
  try {
    return createRequire(join(directory, 'package.json')).resolve(`${name}/package.json`)
  } catch {
    return undefined
  }
}
