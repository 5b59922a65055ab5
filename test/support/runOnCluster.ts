import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rayPython } from '../../scripts/development-python.mjs'
import { IN_CLUSTER } from './playOnCluster.ts'
import { type FixtureOptions, withVitest } from './runVitest.ts'

/** How a run on a cluster ended. */
export interface ClusterRun {
  status: number
  output: string
  /** The processes that are left with a mark of a run. */
  left: string
}

/**
 * Runs a fixture project on a Ray cluster of its own with two nodes, from which its pools lease.
 *
 * @param program gets the path of the runner and its arguments. Default: Node
 */
export async function runOnCluster(
  options: FixtureOptions,
  program: string = process.execPath,
): Promise<ClusterRun> {
  const out = mkdtempSync(join(tmpdir(), 'cluster-'))
  try {
    const RAY_PYTHON = await rayPython()
    const env = {
      RAY_PYTHON,
      VITEST_PYTHON: RAY_PYTHON,
      CLUSTER_NODES: '2',
      CLUSTER_CASES: 'run',
      CLUSTER_OUT: out,
      CLUSTER_PROGRAM: program,
      ...options.env,
    }
    const python = { ...options.python, cluster: { engine: 'ray', nodes: 2 }, startupTimeout: 60_000 }
    const wrap = ([, ...words]: string[]) => ['bash', IN_CLUSTER, ...words]
    const { exitCode, output } = await withVitest({ ...options, python, env, wrap }, ({ ended }) => ended)
    if (exitCode !== 0) throw new Error(`The cluster ended with ${exitCode}:\n${output}`)
    const read = (name: string) => readFileSync(join(out, name), 'utf8')
    return { status: Number(read('run.status')), output: read('run.log'), left: read('run.left') }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
