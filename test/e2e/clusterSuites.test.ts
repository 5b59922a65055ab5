import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { mayIsolate } from '../support/playOnCluster.ts'
import { type ClusterRun, type ClusterSuite, runOnCluster } from '../support/runOnCluster.ts'
import { JEST, nightly } from '../support/versions.ts'

const version = '4.1.12'
const deadline = 560_000
const timeout = deadline + 20_000

const example = readFileSync(new URL('../../examples/cluster/vitest.config.ts', import.meta.url), 'utf8')

/** Suites that other tests run on this machine, and the example. */
const SUITES: Record<string, ClusterSuite> = {
  example: { fixture: 'scikit-learn', files: { 'vitest.config.ts': example } },
  bridge: { fixture: 'bridge', args: ['time', 'authoring'] },
}
const MORE: Record<string, ClusterSuite> = {
  bridge: { fixture: 'bridge', args: ['references', 'callbacks', 'time', 'inline', 'authoring', 'tls'] },
  buffers: {
    fixture: 'bridge',
    args: ['buffers'],
    python: { modules: ['./python/buffers.py'] },
    env: { BRIDGE_WITHOUT_MEMORY: 'closed' },
  },
  state: { fixture: 'state', python: { isolation: 'file' } },
  shared: { fixture: 'shared', python: { isolation: 'shared' } },
  recycle: { fixture: 'recycle' },
  output: { fixture: 'output', args: ['talks'] },
  seeds: { fixture: 'output', args: ['seeds', '--retry=1'] },
}

describe.runIf(mayIsolate())('on a Ray cluster, if this user may make namespaces', () => {
  const suites = { ...SUITES, ...(nightly && MORE) }
  let runs: Record<string, ClusterRun>

  beforeAll(async () => {
    runs = await runOnCluster(version, suites, { nodes: 3, deadline })
  }, timeout)

  test.each(Object.keys(suites))('%s', (name) => {
    expectClean(runs[name]!)
  })

  test.runIf(nightly)('of a flood of output, as much is shown as on this machine', () => {
    expect(runs['output']!.output).toContain('Python printed 99.0 MB more in this test')
  })
})

describe.runIf(mayIsolate() && nightly)('on a Ray cluster, at night', () => {
  test('Python is measured', { timeout }, async () => {
    const suites = { measured: { fixture: 'measured', args: ['--coverage'] } }
    const { measured } = await runOnCluster(version, suites, { deadline })
    expectClean(measured)
    expect(measured.output).toMatch(/ prices\.py +\| +[\d.]+ /)
    expect(measured.output).toMatch(/ never\.py +\| +0 /)
  })

  test('a Ray that kills the processes that others have left is refused', { timeout }, async () => {
    const suites = { recycle: { fixture: 'recycle' } }
    const env = {
      RAY_kill_child_processes_on_worker_exit_with_raylet_subreaper: 'true',
      RAY_process_group_cleanup_enabled: 'false',
    }
    const { recycle } = await runOnCluster(version, suites, { env, deadline })
    expect(recycle).toMatchObject({ status: 1, left: '' })
    expect(recycle.output).toMatch(/Ray on 10\.77\.0\.\d adopts the processes that others have left/)
  })

  test('a process that may outlive the run stays on its node, and is named', { timeout }, async () => {
    const python = { orphans: { keep: ['gpg-agent'] } }
    const suites = { keeps: { fixture: 'keeps', args: ['agent'], python } }
    const { keeps } = await runOnCluster(version, suites, { deadline })
    expect({ status: keeps.status, output: keeps.output }).toMatchObject({ status: 0 })
    expect(keeps.output).toMatch(/1 kept: gpg-agent \d+ on 10\.77\.0\.\d/)
    expect(keeps.left).toMatch(/^\d+ .*gpg-agent 131 $/m)
  })

  test('Jest', { timeout }, async () => {
    const suites = { jest: { fixture: 'jest', args: ['tests/calls'] } }
    expectClean((await runOnCluster(JEST, suites, { deadline })).jest)
  })

  test('two shards at once, each with a verdict of its own', { timeout }, async () => {
    const suites = { shards: { fixture: 'shards', program: 'shards.mjs' } }
    const { shards } = await runOnCluster(version, suites, { deadline })
    expectClean(shards)
    expect(shards.output).toMatch(/Python ran on \d+\.\d+\.\d+\.\d+/)
    expect(shards.output).toContain('All 2 shards are clean.')
  })
})

function expectClean({ status, output, left }: ClusterRun): void {
  expect({ status, failed: status === 0 ? '' : output }).toEqual({ status: 0, failed: '' })
  expect(output).toMatch(/Each of \d nodes? was swept twice/)
  expect(left).toBe('')
}
