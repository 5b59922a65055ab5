import { beforeAll, describe, expect, test } from 'vitest'
import { mayIsolate, type PlayedCase, playOnCluster } from '../support/playOnCluster.ts'

/** Played by Vitest on a cluster of two nodes. For what happens if a part of it fails, see clusterFailures.test.ts. */
describe.runIf(mayIsolate())('on a Ray cluster, if this user may make namespaces', () => {
  let clean: PlayedCase
  let daemon: PlayedCase
  let driver: PlayedCase

  beforeAll(async () => {
    const played = await playOnCluster({
      nodes: 2,
      cases: ['clean', 'daemon', 'driver'],
      deadline: 280_000,
    })
    clean = played['clean']!
    daemon = played['daemon']!
    driver = played['driver']!
  })

  test('a run whose tests leave nothing is clean, and each node was swept twice', () => {
    expect(clean).toMatchObject({ status: 0, left: '' })
    expect(clean.log).toMatch(/No orphaned processes: run \w+.* Each of \d nodes? was swept twice/)
  })

  test('the output of a node belongs to the test that prints it', () => {
    expect(clean.log).toMatch(/begins with a pristine process\n.*adding 1/)
    expect(clean.log).toMatch(/is not changed by the test before\n.*adding 2/)
  })

  test("the project's own stubs reach a worker on a node", () => {
    expect(clean.log).toMatch(/✓ .*is reached by the project's own stubs, on its node/)
  })

  test('reports name the node of each worker', () => {
    const { workers } = clean.report()
    expect(workers.length).toBeGreaterThan(0)
    for (const worker of workers) expect(worker.node).toMatch(/^10\.77\.0\.[12]$/)
  })

  test('a crash is told with its node and its last output', () => {
    expect(daemon.log).toMatch(/worker w\d+ on 10\.77\.0\.\d, pid \d+\) exited with status 3/)
    expect(daemon.log).toMatch(/Its last output:\s+about to crash/)
  })

  test('a daemon is found, killed, and traced to its test and its node', () => {
    expect(daemon.log).toMatch(/Found 1 orphaned process of run/)
    expect(daemon.log).toMatch(/pid \d+ on 10\.77\.0\.\d .* during "leaves a daemon" .*; killed now/)
    expect(daemon).toMatchObject({ status: 1, left: '' })
  })

  test('if the driver is killed, the run fails and nothing is left', () => {
    expect(driver).toMatchObject({ status: 1, left: '' })
    expect(driver.log).toMatch(/Not verified/)
    expect(driver.log).not.toMatch(/No orphaned processes/)
  })
})
