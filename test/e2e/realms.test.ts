import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type FixtureResult, NOTHING, pathOfFixture, runVitest } from '../support/runVitest.ts'
import { everyPool, JEST, nightly, type VitestVersion, versions } from '../support/versions.ts'

// The development Python has numpy.
const python = fileURLToPath(new URL('../../.cache/python/bin/python', import.meta.url))
/** The whole suite takes its time in several realms. */
const deadline = nightly ? 900_000 : 280_000
const timeout = deadline + 20_000

/** Realms that need no second happy-dom: it is installed beside Vitest 4.1 only. */
const ENVIRONMENTS = ['node', 'jsdom', 'python/node', 'python/jsdom']
const HAPPY = ['happy-dom', 'python/happy-dom']

/** Together with `WHOLE`: every pool and every environment once, with the version that has all of them installed. */
const COVERING = ['forks/jsdom', 'threads/python/happy-dom', 'vmForks/happy-dom']
/** The realm that differs most from Node plays the whole suite; in the nightly run, all of them do. */
const WHOLE = ['vmThreads/python/jsdom']
const FILES = ['realms', 'callbacks']

/** The runs: a version, its realms, and the files of the bridge suite; all files if there are none. */
const runs: [version: VitestVersion, realms: string[], files: string[]][] = nightly
  ? versions.flatMap((version) =>
      everyPool.map((pool): (typeof runs)[number] => {
        const environments = version.startsWith('4.') ? [...ENVIRONMENTS, ...HAPPY] : ENVIRONMENTS
        return [version, environments.map((name) => `${pool}/${name}`), []]
      }),
    )
  : versions.flatMap((version): typeof runs =>
      version.startsWith('4.')
        ? [
            [version, WHOLE, []],
            [version, COVERING, [...FILES, 'references', 'buffers']],
          ]
        : [[version, ['forks/jsdom', 'vmThreads/jsdom'], FILES]],
    )

function filesOf(fixture: string): Record<string, string> {
  const directory = pathOfFixture(fixture)
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  )
}

function expectClean({ exitCode, output, left }: FixtureResult): void {
  expect(output).toContain('No orphaned processes')
  expect({ exitCode, failed: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, failed: '' })
  expect(left).toEqual(NOTHING)
}

describe.concurrent('the bridge suite in other realms', () => {
  test.each(runs)('Vitest %s: %j %j', { timeout }, async (version, realms, files) => {
    const result = await runVitest({
      version,
      fixture: 'bridge',
      // One file after the other, because the files of a thread pool would count each other's descriptors.
      args: [...files, '--no-file-parallelism'],
      env: { BRIDGE_REALMS: JSON.stringify(realms) },
      python: { python },
      deadline,
    })
    expectClean(result)
    // None is left out.
    for (const realm of realms) expect(result.output).toContain(`|${realm}|`)
  })

  test.each(nightly ? ['jsdom', 'node'] : ['jsdom'])('Jest: %s', { timeout }, async (base) => {
    const result = await runVitest({
      version: JEST,
      fixture: 'bridge',
      files: filesOf('bridge-jest'),
      args: ['--runInBand'],
      env: { BRIDGE_BASE: base },
      python: { python },
      deadline,
    })
    expectClean(result)
  })

  test.each(versions)("the project's own gRPC stubs on jsdom, with Vitest %s", async (version) => {
    const args = ['raises', 'interceptors', '--environment', 'jsdom']
    for (const pool of ['forks', 'vmThreads'] as const) {
      expectClean(await runVitest({ version, fixture: 'grpc', pool, args }))
    }
  })
})
