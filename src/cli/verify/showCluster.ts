import Table from 'cli-table3'
import pc from 'picocolors'
import { counted } from '../../support/text/counted.ts'
import { safeText } from '../../support/text/safeText.ts'
import { STYLE, showEnded } from './showRuns.ts'
import { type ClusterSurvey, isClusterClean, type TreeOrphan } from './surveyCluster.ts'

/** What was found on the nodes of a cluster, as text. */
export function showCluster(survey: ClusterSurvey, reap = false): string {
  const { address, nodes, orphans, problems, living, elsewhere } = survey
  const killed = orphans.filter((orphan) => orphan.killed).length
  const lines = orphans.length > 0 ? [orphanTable(orphans)] : []
  lines.push(...problems.map((problem) => pc.red(problem)))
  for (const tree of elsewhere)
    lines.push(`Tree ${tree} was not judged: its owner is in another container or on another machine.`)
  const left = living.length === 0 ? '' : ` Left alone: ${living.length} with a living owner.`
  const clean = `No orphaned processes on the cluster at ${address}: ${counted(nodes.length, 'node')} ${nodes.length === 1 ? 'was' : 'were'} looked at twice.${left}`
  if (isClusterClean(survey)) lines.push(pc.green(clean))
  lines.push(...showEnded(killed, orphans.length - killed, reap, 'vitest-python verify --cluster --reap'))
  return lines.join('\n')
}

function orphanTable(orphans: readonly TreeOrphan[]): string {
  const table = new Table({ head: ['node', 'run', 'tree', 'pid', 'lease', 'state', 'command'], style: STYLE })
  for (const { node, run, tree, pid, lease, killed, command } of orphans) {
    const state = killed ? 'ended' : 'alive'
    table.push([
      node,
      run ?? '?',
      tree,
      `${pid}`,
      safeText(lease ?? ''),
      state,
      safeText(command).slice(0, 60),
    ])
  }
  return table.toString()
}
