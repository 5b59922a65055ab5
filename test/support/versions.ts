/** The Vitest versions that the project is tested with. The third one runs on Node 24. */
export const VITEST_VERSIONS = ['3.2.7', '4.1.12', '5.1.1'] as const
export const NODE_24 = '24.21.0'

export type VitestVersion = (typeof VITEST_VERSIONS)[number]
export type Pool = (typeof everyPool)[number]

/** All versions, or the one in `TESTED_VITEST`. */
export const versions: VitestVersion[] = VITEST_VERSIONS.filter(
  (version) => (process.env['TESTED_VITEST'] ?? version) === version,
)
/** Set by `npm run nightly`, which runs everything that multiplies. */
export const nightly = process.env['VITEST_PYTHON_NIGHTLY'] !== undefined
/** The versions for tests that depend little on Vitest: the newest one, and in the nightly run all of them. */
export const covering = nightly ? versions : versions.slice(-1)
export const pools = ['forks', 'threads', 'vmThreads'] as const
export const everyPool = [...pools, 'vmForks'] as const

/** The pools for tests that depend on both: all of them with the newest version, with others the one that differs most. */
export function poolsWith(version: VitestVersion): readonly Pool[] {
  return covering.includes(version) ? everyPool : ['vmThreads']
}

/** The Jest version that the project is tested with. */
export const JEST = 'jest@30.5.2'
export type JestVersion = typeof JEST

export function isJest(version: VitestVersion | JestVersion): version is JestVersion {
  return version === JEST
}
