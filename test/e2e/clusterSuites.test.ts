import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mayIsolate } from '../support/playOnCluster.ts'
import { type ClusterRun, runOnCluster } from '../support/runOnCluster.ts'
import { JEST, nightly } from '../support/versions.ts'

const version = '4.1.12'
const deadline = 280_000
const timeout = deadline + 20_000

function expectClean({ status, output, left }: ClusterRun): void {
  expect({ status, failed: status === 0 ? '' : output }).toEqual({ status: 0, failed: '' })
  expect(output).toMatch(/Each of \d nodes? was swept twice/)
  expect(left).toBe('')
}

const BRIDGE = nightly ? ['references', 'callbacks', 'time', 'inline', 'authoring'] : ['time', 'authoring']

/** Suites that other tests run on this machine. */
describe.runIf(mayIsolate())('on a Ray cluster, if this user may make namespaces', () => {
  test('the bridge suite', { timeout }, async () => {
    expectClean(await runOnCluster({ version, fixture: 'bridge', args: BRIDGE, deadline }))
  })

  test('the example', { timeout }, async () => {
    const config = readFileSync(new URL('../../examples/cluster/vitest.config.ts', import.meta.url), 'utf8')
    const files = { 'vitest.config.ts': config }
    const env = { CLUSTER_NODES: '3' }
    const run = await runOnCluster({ version, fixture: 'scikit-learn', files, env, deadline })
    expectClean(run)
    expect(run.output).toMatch(/Tests +7 passed \(7\)/)
  })

  test.runIf(nightly)('big values, which cross in chunks', { timeout }, async () => {
    const python = { modules: ['./python/buffers.py'] }
    const env = { BRIDGE_WITHOUT_MEMORY: 'closed' }
    expectClean(await runOnCluster({ version, fixture: 'bridge', args: ['buffers'], python, env, deadline }))
  })

  test.runIf(nightly)('coverage of Python', { timeout }, async () => {
    const run = await runOnCluster({ version, fixture: 'measured', args: ['--coverage'], deadline })
    expectClean(run)
    expect(run.output).toMatch(/ prices\.py +\| +[\d.]+ /)
    expect(run.output).toMatch(/ never\.py +\| +0 /)
  })

  test.runIf(nightly)('Jest', { timeout }, async () => {
    expectClean(await runOnCluster({ version: JEST, fixture: 'jest', args: ['tests/calls'], deadline }))
  })

  test.runIf(nightly)('two shards at once, each with a verdict of its own', { timeout }, async () => {
    const run = await runOnCluster({ version, fixture: 'shards', deadline }, './run.sh')
    expectClean(run)
    expect(run.output).toMatch(/Python ran on \d+\.\d+\.\d+\.\d+/)
    expect(run.output).toContain('All 2 shards are clean.')
  })
})
