import type { KeptProcess } from '../../process/run/keptProcesses.ts'
import type { LeaseLog } from '../leasing/leaseLog.ts'
import type { Pool } from '../leasing/pool.ts'
import type { EndedNode, NodeKept, NodeOrphan } from '../places/clusterEnd.ts'
import type { Orphan } from './verdict.ts'

/** The findings about the nodes of a cluster. */
export interface NodeFindings {
  /** The nodes that had Python. */
  readonly names: readonly string[]
  readonly orphans: readonly Orphan[]
  readonly kept: readonly KeptProcess[]
  readonly problems: readonly string[]
}

/** Ends the nodes of a run that has some. Each that isn't proven clean is a problem. */
export async function judgeNodes(pool: Pool): Promise<NodeFindings> {
  const end = await pool.runtime.endNodes()
  if (!end) return { names: [], orphans: [], kept: [], problems: [] }
  const unclean = end.nodes.flatMap(({ ip, problem }) => (problem === null ? [] : [`node ${ip}: ${problem}`]))
  return {
    names: end.nodes.map(({ ip }) => ip),
    orphans: end.nodes.flatMap((node) => orphansOf(node, pool.run.id, pool.leases)),
    kept: end.nodes.flatMap(({ ip, kept }) => kept.map((process) => keptOn(ip, process, pool.run.id))),
    problems: [...unclean, ...(end.problem === null ? [] : [end.problem])],
  }
}

/** The nodes have not been swept, so nothing is known about them. */
export function unknownNodes({ message }: Error): NodeFindings {
  return {
    names: [],
    orphans: [],
    kept: [],
    problems: [`the nodes of the cluster have not been swept: ${message}`],
  }
}

function orphansOf({ ip, orphans }: EndedNode, runId: string, leases: LeaseLog): Orphan[] {
  return orphans.map((orphan) => {
    const lease = orphan.lease === null ? undefined : leases.get(orphan.lease)
    return {
      ...processOf(orphan, runId),
      node: ip,
      leases: lease ? [lease] : [],
      tracedBy: 'lease',
      killed: orphan.killed,
      refused: false,
      age: 0,
      survived: 0,
    }
  })
}

function keptOn(node: string, { executable, ...process }: NodeKept, runId: string): KeptProcess {
  return { ...processOf({ ...process, lease: null, killed: false }, runId), executable, node }
}

function processOf({ pid, startTime, command, lease }: NodeOrphan, runId: string) {
  return {
    pid,
    startTime,
    command,
    runId,
    cookie: lease === null ? 'limit' : 'environment',
    lease: lease ?? undefined,
    directory: undefined,
    name: command,
    state: '',
    parent: 0,
    session: 0,
    threads: 0,
  } as const
}
