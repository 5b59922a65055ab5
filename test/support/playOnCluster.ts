import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { rayPython } from '../../scripts/development-python.mjs'
import type { Cut } from '../chaos/support/layers.ts'
import { cutPackage } from '../chaos/support/sabotage.ts'
import { layFixture, withVitest } from './runVitest.ts'

export { mayIsolate } from '../../scripts/containers.mjs'

export const IN_CLUSTER: string = fileURLToPath(new URL('../../scripts/in-cluster.sh', import.meta.url))
const VERSION = '4.1.12'
const PACKAGE = 'node_modules/vitest-environment-python'

export interface ClusterPlay {
  /** Nodes, of which one is the head. */
  nodes: number
  /** Cases of test/e2e/fixtures/cluster, in their order. */
  cases: readonly string[]
  /** Plays each case. Default: play.mjs */
  program?: string
  /** Layers to remove from the installed package, by case, for a negative control. */
  without?: Readonly<Record<string, readonly Cut[]>>
  /** Milliseconds for everything. */
  deadline: number
}

/** What is seen of a case. */
export interface PlayedCase {
  readonly status: number
  readonly log: string
  /** The processes that are left with a mark of a run. */
  readonly left: string
  /** The report of the run. Throws if it wrote none. */
  report(): { workers: { node: string }[] }
  /** What followed the event that the case is named after, as its program describes it. Throws if there was none. */
  row<T = PlayedRow>(): T
}

/** Times in milliseconds since the test was ready, `null` if it did not happen in time. */
export interface PlayedRow {
  /** The address of the node that the event happens to. */
  readonly node: string
  /** Processes of the run on the node that the event happens to, before it. */
  readonly before: number
  readonly struckAfter: number
  /** When no process of the run was left on that node. */
  readonly goneAfter: number | null
  readonly endedAfter: number
  /** When no process of the run was left anywhere. */
  readonly allGoneAfter: number | null
  /** When the actor of that node was gone. */
  readonly actorGoneAfter: number | null
  readonly signal: string | null
  readonly left: string[]
}

/** Starts a cluster, plays the cases on it one by one, and ends it. */
export async function playOnCluster(play: ClusterPlay): Promise<Record<string, PlayedCase>> {
  const installation = inject('installations')![VERSION]!
  const directory = mkdtempSync(join(installation.directory, 'cluster-'))
  const out = mkdtempSync(join(tmpdir(), 'cluster-'))
  try {
    layFixture(directory, 'cluster')
    for (const [name, cuts] of Object.entries(play.without ?? {})) {
      layFixture(join(directory, name), 'cluster')
      // This copy is nearer than the installed package, and still finds its dependencies above.
      cpSync(join(installation.directory, PACKAGE), join(directory, name, PACKAGE), { recursive: true })
      cutPackage(join(directory, name, PACKAGE), cuts)
    }
    const RAY_PYTHON = await rayPython()
    const env = {
      RAY_PYTHON,
      VITEST_PYTHON: RAY_PYTHON,
      CLUSTER_NODES: String(play.nodes),
      CLUSTER_CASES: play.cases.join(' '),
      CLUSTER_OUT: out,
      CLUSTER_PROGRAM: process.execPath,
    }
    const wrap = () => ['bash', IN_CLUSTER, play.program ?? 'play.mjs']
    const options = { version: VERSION, fixture: 'cluster', directory, wrap, env } as const
    const { exitCode, output } = await withVitest({ ...options, deadline: play.deadline }, (run) => run.ended)
    if (exitCode !== 0) throw new Error(`The cluster ended with ${exitCode}:\n${output}\n${logsIn(out)}`)
    return Object.fromEntries(play.cases.map((name) => [name, readCase(out, name)]))
  } finally {
    rmSync(directory, { recursive: true, force: true })
    rmSync(out, { recursive: true, force: true })
  }
}

function readCase(out: string, name: string): PlayedCase {
  const read = (file: string) => readFileSync(join(out, `${name}.${file}`), 'utf8')
  const [status, log, left, report, row] = ['status', 'log', 'left', 'json', 'row.json'].map((file) => {
    try {
      return read(file)
    } catch {
      return undefined
    }
  })
  const parse = (what: string, text: string | undefined) => {
    if (text === undefined) throw new Error(`Case ${name} wrote no ${what}:\n${log}`)
    return JSON.parse(text)
  }
  return {
    status: Number(status),
    log: log ?? '',
    left: left ?? 'unknown',
    report: () => parse('report', report),
    row: () => parse('row', row),
  }
}

function logsIn(out: string): string {
  const logs = readdirSync(out).filter((name) => name.endsWith('.log'))
  return logs.map((name) => `${name}:\n${readFileSync(join(out, name), 'utf8')}`).join('\n')
}
