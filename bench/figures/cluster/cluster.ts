import { mayIsolate } from '../../../scripts/containers.mjs'
import type { Figure } from '../../harness/figure.ts'
import { inCluster } from '../../support/inCluster.ts'
import { costRows } from './costRows.ts'
import type { Costs } from './costs.ts'
import { nodeRows } from './nodeRows.ts'
import { NODES, type Rates } from './nodes.ts'

/** The price of a lease and a call on a Ray cluster, beside those on this machine, and what more nodes bring. */
export const cluster: Figure = {
  id: 'cluster',
  async measure() {
    if (!mayIsolate()) {
      console.error(
        'The cluster isn’t measured: this user may not make containers. Run this as root, or with CAP_SYS_ADMIN.',
      )
      return []
    }
    const costs = costRows(await inCluster<Costs>(1, 'costs'))
    return [...costs, ...nodeRows(await inCluster<Rates>(Math.max(...NODES), 'nodes'))]
  },
}
