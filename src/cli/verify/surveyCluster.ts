import { ADDRESS_REMEDY, CLUSTER_ADDRESS } from '../../options/clusterOptions.ts'
import { lastLines } from '../../pool/interpreter/command/lastLines.ts'
import { runCommand } from '../../pool/interpreter/command/runCommand.ts'
import { findInterpreter } from '../../pool/interpreter/find.ts'
import type { NodeOrphan } from '../../pool/places/clusterEnd.ts'
import { pythonPrograms } from '../../process/run/signal.ts'
import { asSetupError, SetupError } from '../../support/errors.ts'
import { overlayOf } from '../doctor/checks/python/overlay.ts'

export interface ClusterRequest {
  /** `auto`, or host and port of the head; `true`: that of `RAY_ADDRESS`, else `auto`. */
  cluster: string | true
  /** Accepts a cluster that asks for no token. */
  insecureCluster?: boolean | undefined
  /** Kills the processes that are found. */
  reap?: boolean | undefined
}

/** A process of a tree that has lost its owner. */
export interface TreeOrphan extends NodeOrphan {
  /** Address of the node. */
  readonly node: string
  /** Run ID; `null` if the record of the tree is gone. */
  readonly run: string | null
  /** ID of the tree. */
  readonly tree: string
}

/** What a look at all living nodes of a cluster has found. */
export interface ClusterSurvey {
  readonly address: string
  /** Addresses of the nodes that were looked at. */
  readonly nodes: readonly string[]
  readonly orphans: readonly TreeOrphan[]
  /** Reasons why it is not known whether a process without an owner is alive. */
  readonly problems: readonly string[]
  /** Trees that have a living owner. */
  readonly living: readonly string[]
  /** Trees of containers or machines that are no nodes of the cluster. */
  readonly elsewhere: readonly string[]
}

/** All trees that the nodes know. */
export function treesOf({ orphans, living, elsewhere }: ClusterSurvey): Set<string> {
  return new Set([...orphans.map(({ tree }) => tree), ...living, ...elsewhere])
}

/** For all time limits of the survey together: a report about what was killed must not get lost. */
const TIMEOUT_MS = 420_000

/** Whether nothing was found on any node. A process that was found and killed counts as found. */
export function isClusterClean({ orphans, problems }: ClusterSurvey): boolean {
  return orphans.length === 0 && problems.length === 0
}

/** Looks for trees without an owner on all living nodes of a cluster. If that is impossible, it is a problem. */
export async function surveyCluster(
  request: ClusterRequest,
  root = process.cwd(),
  env = process.env,
): Promise<ClusterSurvey> {
  const address = request.cluster === true ? env['RAY_ADDRESS'] || 'auto' : request.cluster
  const unknown = { address, nodes: [], orphans: [], living: [], elsewhere: [] }
  try {
    if (!CLUSTER_ADDRESS.test(address))
      throw new SetupError(
        'OPTIONS_INVALID',
        `The address of the cluster is "${address}": ${ADDRESS_REMEDY}.`,
      )
    return await runSurvey({ ...request, address }, root, env)
  } catch (error) {
    const { message, code } = asSetupError('CLUSTER_UNUSABLE', error)
    return { ...unknown, problems: [`The cluster was not verified. ${message} (${code})`] }
  }
}

/** @throws SetupError */
async function runSurvey(
  { address, insecureCluster = false, reap = false }: ClusterRequest & { address: string },
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<ClusterSurvey> {
  const interpreter = await findInterpreter({ root, env })
  const { missing, overlay } = await overlayOf(interpreter)
  const options = { address, insecureCluster, reap, overlay: missing.length > 0 ? overlay : null }
  const command = [interpreter.executable, pythonPrograms, 'survey', JSON.stringify(options)]
  const { stdout, stderr, failure } = await runCommand(command, { cwd: root, env, deadline: TIMEOUT_MS })
  const [answer] = lastLines(stdout, 1)
  if (failure || answer === undefined)
    throw new SetupError(
      'CLUSTER_UNUSABLE',
      [`${interpreter.executable} ${failure || 'gave no answer'}.`, ...lastLines(stderr, 8)].join('\n'),
    )
  const found = JSON.parse(answer) as ClusterSurvey | { problem: string }
  if ('problem' in found)
    throw new SetupError('CLUSTER_UNUSABLE', `${found.problem}\nInterpreter: ${interpreter.executable}`)
  return found
}
