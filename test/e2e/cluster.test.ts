import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rayPython } from '../../scripts/development-python.mjs'
import { withVitest } from '../support/runVitest.ts'
import { nightly } from '../support/versions.ts'

const IN_CLUSTER = fileURLToPath(new URL('../../scripts/in-cluster.sh', import.meta.url))
const KILLED = ['driver', ...(nightly ? ['actor', 'reaper', 'raylet'] : [])]
const CASES = ['clean', 'daemon', ...KILLED]

/** Whether this user may make network and PID namespaces, without which Ray would listen on the machine's network. */
function mayIsolate(): boolean {
  try {
    execFileSync('unshare', ['--net', '--pid', '--mount', '--fork', 'ip', 'link', 'set', 'lo', 'up'])
    return true
  } catch {
    return false
  }
}

/** Played by Vitest on a cluster of several nodes, with an oracle that reads /proc after each run. */
describe.runIf(mayIsolate())('on a Ray cluster, if this user may make namespaces', () => {
  const out = mkdtempSync(join(tmpdir(), 'cluster-'))
  const read = (name: string) => readFileSync(join(out, name), 'utf8')
  const outcome = (name: string) => ({ status: read(`${name}.status`).trim(), left: read(`${name}.left`) })

  beforeAll(async () => {
    const RAY_PYTHON = await rayPython()
    const env = {
      RAY_PYTHON,
      VITEST_PYTHON: RAY_PYTHON,
      CLUSTER_NODES: nightly ? '3' : '2',
      CLUSTER_CASES: CASES.join(' '),
      CLUSTER_OUT: out,
      CLUSTER_PROGRAM: process.execPath,
    }
    const options = { version: '4.1.12', fixture: 'cluster', node: IN_CLUSTER, env } as const
    const ended = await withVitest({ ...options, deadline: 280_000 }, (run) => run.ended)
    expect(ended).toMatchObject({ exitCode: 0 })
  })
  afterAll(() => rmSync(out, { recursive: true, force: true }))

  test('a run whose tests leave nothing is clean, and each node was swept twice', () => {
    expect(outcome('clean')).toEqual({ status: '0', left: '' })
    expect(read('clean.log')).toMatch(/No orphaned processes: run \w+.* Each of \d nodes? was swept twice/)
  })

  test('the output of a node belongs to the test that prints it', () => {
    const clean = read('clean.log')
    expect(clean).toMatch(/begins with a pristine process\n.*adding 1/)
    expect(clean).toMatch(/is not changed by the test before\n.*adding 2/)
  })

  test('reports name the node of each worker', () => {
    const { workers } = JSON.parse(read('clean.json'))
    expect(workers.length).toBeGreaterThan(0)
    for (const worker of workers) expect(worker.node).toMatch(/^127\.0\.0\.[123]$/)
  })

  test('a crash is told with its node and its last output', () => {
    expect(read('daemon.log')).toMatch(/worker w\d+ on 127\.0\.0\.\d, pid \d+\) exited with status 3/)
    expect(read('daemon.log')).toMatch(/Its last output:\s+about to crash/)
  })

  test('a daemon is found, killed, and traced to its test and its node', () => {
    const log = read('daemon.log')
    expect(log).toMatch(/Found 1 orphaned process of run/)
    expect(log).toMatch(/pid \d+ on 127\.0\.0\.\d .* during "leaves a daemon" .*; killed now/)
    expect(outcome('daemon')).toEqual({ status: '1', left: '' })
  })

  test.each(KILLED)('if the %s is killed, the run fails and nothing is left', (name) => {
    expect(outcome(name)).toEqual({ status: '1', left: '' })
    expect(read(`${name}.log`)).toMatch(/Not verified|Found \d+ orphaned/)
  })
})
