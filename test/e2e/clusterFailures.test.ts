import { beforeAll, describe, expect, test } from 'vitest'
import type { Cut } from '../chaos/support/layers.ts'
import { type ClusterLayer, clusterCuts } from '../support/clusterCuts.ts'
import { type ClusterCheck, type ClusterRowName, clusterRows, failedChecks } from '../support/clusterRows.ts'
import { mayIsolate, type PlayedCase, playOnCluster } from '../support/playOnCluster.ts'
import { nightly } from '../support/versions.ts'

const TIMEOUT_MS = 400_000

/** Played on a cluster of three containers beside the head, with an oracle outside. Each row of docs/cluster.md is one. */
describe.runIf(nightly && mayIsolate())('a part of a Ray cluster fails (nightly, in namespaces)', () => {
  describe('and the cluster can go on', () => {
    const names = ['driver', 'main', 'actor', 'stranger', 'reaper', 'raylet'] as const
    let played: Record<string, PlayedCase>

    beforeAll(async () => {
      played = await playOnCluster({ nodes: 4, cases: names, deadline: TIMEOUT_MS })
    }, TIMEOUT_MS)

    test.for(titled(names))('%s: %s', ([name]) => {
      expect(failedChecks(name, played[name]!), played[name]!.log).toEqual([])
    })
  })

  describe('and the cluster is of no use afterwards', () => {
    const cases = ['partition', 'replacement', 'head', 'restart', 'head-quiet', 'restart-quiet', 'alone']

    test.for(titled(cases))('%s: %s', { timeout: TIMEOUT_MS }, async ([name]) => {
      const played = await playOnCluster({ nodes: 4, cases: [name], deadline: TIMEOUT_MS })
      expect(failedChecks(rowOf(name), played[name]!), played[name]!.log).toEqual([])
    })
  })

  /** By the name of the case: the layers that are removed, and the checks that must fail. */
  const controls: Record<string, { without: ClusterLayer[]; fails: ClusterCheck[] }> = {
    'driver-1': { without: ['step away'], fails: ['tree'] },
    'main-1': { without: ['owner watch', 'end of the driver'], fails: ['tree'] },
    // The sweep at the end of the run would still find what has outlived an actor.
    'actor-1': { without: ['owner watch', 'kill by the sweep'], fails: ['tree'] },
    'stranger-1': { without: ['step away', 'kill by the sweep'], fails: ['tree'] },
    'reaper-1': { without: ['kill by the sweep'], fails: ['tree'] },
    'raylet-1': { without: ['owner watch'], fails: ['tree'] },
    'raylet-2': {
      without: ['unanswered is unknown', 'same nodes', 'loss of a node'],
      fails: ['status', 'verdict'],
    },
    'partition-1': { without: ['silence'], fails: ['tree'] },
    'partition-2': {
      without: ['unanswered is unknown', 'same nodes', 'loss of a node'],
      fails: ['status', 'verdict'],
    },
    'replacement-1': {
      without: ['unanswered is unknown', 'same nodes', 'loss of a node'],
      fails: ['status', 'verdict'],
    },
    'head-quiet-1': {
      without: ['answer of the head', 'unanswered is unknown'],
      fails: ['status', 'verdict'],
    },
    // Ray refuses to answer about another head, which must count for nothing, too.
    'restart-quiet-1': {
      without: ['same head', 'word of the head', 'answer of the head', 'unanswered is unknown'],
      fails: ['status', 'verdict'],
    },
    'alone-1': { without: ['silence'], fails: ['tree'] },
    'restart-1': { without: ['end of the actor'], fails: ['actor'] },
  }

  describe('and a layer is missing', () => {
    test.for(Object.entries(controls))('control: %s', { timeout: TIMEOUT_MS }, async ([
      name,
      { without, fails },
    ]) => {
      const cuts = { [name]: without.flatMap((layer): readonly Cut[] => clusterCuts[layer]) }
      const played = await playOnCluster({ nodes: 3, cases: [name], without: cuts, deadline: TIMEOUT_MS })
      const failed = failedChecks(rowOf(name), played[name]!)
      expect(failed, played[name]!.log).toEqual(expect.arrayContaining(fails))
    })
  })
})

function titled<T extends string>(cases: readonly T[]): [T, string][] {
  return cases.map((name) => [name, clusterRows[rowOf(name)].event])
}

function rowOf(name: string): ClusterRowName {
  const [row] = name.split('-')
  if (!row || !(row in clusterRows)) throw new Error(`There is no row for case ${name}.`)
  return row as ClusterRowName
}
