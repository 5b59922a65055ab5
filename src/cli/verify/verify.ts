import type { Signaller } from '../../process/run/signal.ts'
import { print, printJson } from '../print.ts'
import { showVerification } from './showRuns.ts'
import type { ClusterRequest } from './surveyCluster.ts'
import { isClean, type VerifyRequest as RunsRequest, verifyRuns } from './verifyRuns.ts'

export type VerifyRequest = Omit<RunsRequest, 'trees'> & Partial<ClusterRequest>

/**
 * Verifies this machine and, if the request names one, a cluster. Prints what is found.
 *
 * @param signaller is called only if there is a process to signal
 * @returns whether everything is proven clean
 */
export async function verify(
  request: VerifyRequest,
  signaller: () => Promise<Signaller>,
  json: boolean,
): Promise<boolean> {
  const { cluster: named } = request
  if (named !== undefined) return verifyBoth({ ...request, cluster: named }, signaller, json)
  const verification = await verifyRuns(request, signaller)
  const clean = isClean(verification)
  if (json) printJson({ clean, ...verification })
  else print(showVerification(verification))
  return clean
}

async function verifyBoth(
  request: RunsRequest & ClusterRequest,
  signaller: () => Promise<Signaller>,
  json: boolean,
): Promise<boolean> {
  // Loaded on demand, so that others do not pay for it.
  const { isClusterClean, surveyCluster, treesOf } = await import('./surveyCluster.ts')
  const cluster = await surveyCluster(request)
  const verification = await verifyRuns({ ...request, trees: treesOf(cluster) }, signaller)
  const clean = isClean(verification) && isClusterClean(cluster)
  if (json) printJson({ clean, ...verification, cluster })
  else {
    print(showVerification(verification))
    print((await import('./showCluster.ts')).showCluster(cluster, request.reap))
  }
  return clean
}
