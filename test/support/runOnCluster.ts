import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { rayPython } from '../../scripts/development-python.mjs'
import { IN_CLUSTER } from './playOnCluster.ts'
import { layFixture, withVitest } from './runVitest.ts'
import { isJest, type JestVersion, type VitestVersion } from './versions.ts'

/** A fixture project that is run on a cluster. Its pools lease from two nodes, unless its configuration says otherwise. */
export interface ClusterSuite {
  fixture: string
  /** A program of the fixture to run in place of the runner. */
  program?: string
  /** Files to add, by path. */
  files?: Record<string, string>
  /** Arguments of the runner. */
  args?: string[]
  python?: Record<string, unknown>
  env?: Record<string, string>
}

/** How a run on a cluster ended. */
export interface ClusterRun {
  status: number
  output: string
  /** The processes that are left with a mark of a run. */
  left: string
}

interface ClusterOptions {
  nodes?: number
  /** Environment of Ray. */
  env?: Record<string, string>
  /** Milliseconds for all suites. */
  deadline: number
}

/** Starts a Ray cluster, runs the suites on it one after another, and ends it. */
export async function runOnCluster<Name extends string>(
  version: VitestVersion | JestVersion,
  suites: Record<Name, ClusterSuite>,
  { nodes = 2, env: ray, deadline }: ClusterOptions,
): Promise<Record<Name, ClusterRun>> {
  const installation = inject('installations')![version]!
  const directory = mkdtempSync(join(installation.directory, 'suites-'))
  const out = mkdtempSync(join(tmpdir(), 'cluster-'))
  const names = Object.keys(suites) as Name[]
  try {
    for (const name of names) layFixture(join(directory, name), suites[name].fixture, suites[name].files)
    const runner = isJest(version) ? ['jest/bin/jest.js'] : ['vitest/vitest.mjs', 'run']
    const words = names.map((name) => [name, commandOf(suites[name], runner)])
    writeFileSync(join(directory, 'suites.json'), JSON.stringify(Object.fromEntries(words)))
    const RAY_PYTHON = await rayPython()
    const env = {
      RAY_PYTHON,
      VITEST_PYTHON: RAY_PYTHON,
      CLUSTER_NODES: String(nodes),
      CLUSTER_CASES: names.join(' '),
      CLUSTER_OUT: out,
      CLUSTER_PROGRAM: installation.node,
      ...ray,
    }
    const play = fileURLToPath(new URL('./inSuite.mjs', import.meta.url))
    const wrap = () => ['bash', IN_CLUSTER, play]
    const options = { version, fixture: 'cluster', directory, wrap, env, deadline }
    const { exitCode, output } = await withVitest(options, ({ ended }) => ended)
    if (exitCode !== 0) throw new Error(`The cluster ended with ${exitCode}:\n${output}`)
    return Object.fromEntries(names.map((name) => [name, readRun(out, name)])) as Record<Name, ClusterRun>
  } finally {
    rmSync(directory, { recursive: true, force: true })
    rmSync(out, { recursive: true, force: true })
  }
}

function commandOf({ program, args = [], python, env }: ClusterSuite, [runner, ...verb]: string[]) {
  const options = { cluster: { engine: 'ray', nodes: 2 }, startupTimeout: 60_000, ...python }
  const words = program ? [program] : [`../../node_modules/${runner}`, ...verb]
  return { words: [...words, ...args], env: { PYTHON_OPTIONS: JSON.stringify(options), ...env } }
}

function readRun(out: string, name: string): ClusterRun {
  const read = (what: string) => readFileSync(join(out, `${name}.${what}`), 'utf8')
  return { status: Number(read('status')), output: read('log'), left: read('left') }
}
