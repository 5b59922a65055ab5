import { stripVTControlCharacters } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { mayIsolate, type PlayedCase, playOnCluster } from '../support/playOnCluster.ts'
import { nightly } from '../support/versions.ts'

/** A call of `verify --cluster`. */
interface Verified {
  status: number
  output: string
  took: number
  /** Processes of runs in the container of the node afterwards, as they are numbered there. */
  left: number[]
}

interface Row {
  living: Verified
  found: Verified
  reaped: Verified
  clean: Verified
  localLives: boolean
}

const NODE = '10.77.0.2'

describe.runIf(nightly && mayIsolate())('verify --cluster, if this user may make namespaces', () => {
  let played: Record<string, PlayedCase>
  let row: Row
  const shown = ({ output }: Verified) => stripVTControlCharacters(output)

  beforeAll(async () => {
    played = await playOnCluster({
      nodes: 2,
      program: 'verify.mjs',
      // The node is of no use afterwards.
      cases: ['verify', 'partition'],
      deadline: 290_000,
    })
    row = played['verify']!.row<Row>()
  })

  test('a living run is left alone and not reported, and neither is an ordinary one', () => {
    const text = shown(row.living)
    expect(text).toContain(
      'No orphaned processes on the cluster at 10.77.0.1:6399: 2 nodes were looked at twice.',
    )
    expect(text).toContain('Left alone: 1 with a living owner.')
    expect(text).not.toMatch(/not judged|unknown/)
    expect(row.living.status).toBe(0)
    expect(row.living.left.length).toBeGreaterThan(3)
    expect(row.localLives).toBe(true)
  })

  test('after runner and reaper were killed, each daemon is named with its node, and none is killed', () => {
    const { clean, left, problems, cluster } = JSON.parse(row.found.output)
    expect(clean).toBe(false)
    expect(cluster.problems).toEqual([])
    expect(cluster.nodes).toEqual(expect.arrayContaining(['10.77.0.1', NODE]))
    expect(row.found.left.length).toBeGreaterThan(0)
    const pids = cluster.orphans.map(({ pid }: { pid: number }) => pid)
    expect(pids.sort()).toEqual(row.found.left.sort())
    for (const orphan of cluster.orphans)
      expect(orphan).toMatchObject({
        node: NODE,
        run: expect.stringMatching(/^[0-9a-z]{7}$/),
        command: expect.stringContaining('cluster-daemon'),
        killed: false,
      })
    expect(cluster.orphans.some(({ lease }: { lease: string | null }) => /^l\d+$/.test(lease ?? ''))).toBe(
      true,
    )
    // The machine of the head sees into the container.
    expect([left, problems]).toEqual([[], []])
    expect(row.found.status).toBe(1)
  })

  test('with --reap, they are killed there', () => {
    expect(shown(row.reaped)).toMatch(/10\.77\.0\.2 .*ended/)
    expect(shown(row.reaped)).toContain(`Ended ${row.found.left.length} orphaned processes.`)
    expect(row.reaped).toMatchObject({ status: 1, left: [] })
  })

  test('afterwards, the cluster is clean', () => {
    expect(shown(row.clean)).toMatch(
      /No orphaned processes on the cluster at .*: 2 nodes were looked at twice\.$/m,
    )
    expect(row.clean.status).toBe(0)
    expect(played['verify']).toMatchObject({ left: '' })
  })

  test('a node that does not answer is named, and fails', () => {
    const { cut } = played['partition']!.row<{ cut: Verified }>()
    expect(shown(cut)).toContain(`node ${NODE}: it has not answered within 30 seconds`)
    expect(shown(cut)).not.toContain('on the cluster')
    expect(cut.status).toBe(1)
  })
})
