import { type Install, LocalPlace } from '../places/localPlace.ts'
import { reported } from '../python/reportedWorker.ts'
import { PythonRuntime, type Runtime } from '../python/runtime.ts'
import { startWorker } from '../python/worker.ts'
import type { Run } from '../run/run.ts'
import { Pool } from './pool.ts'

/**
 * The pool of a run, with real processes.
 *
 * @param install finds the interpreter and installs the packages that it lacks
 * @param announce prints a sentence for the user
 */
export async function openPool(
  run: Run,
  install: Install,
  announce: (sentence: string) => void,
): Promise<Pool> {
  return connectPool(run, await openRuntime(run, new LocalPlace(run, install), announce))
}

/** A pool with this Python, whose events the run tells. */
export function connectPool(run: Run, runtime: Runtime): Pool {
  const pool = new Pool(run, { runtime, startWorker: reported(startWorker, run.events) })
  pool.leases.observe((event, { id: lease, workerId: worker, workerPid: pid, holder, usage }, at) => {
    const { file, test } = holder
    run.events.emit({ topic: 'lease', event, at, lease, worker, pid, file, test, ...(usage && { usage }) })
  })
  run.events.on((event) => {
    if (event.topic === 'worker' && event.event === 'ended') pool.leases.noteWorkerEnd(event.worker, event.at)
  })
  return pool
}

async function openRuntime(
  run: Run,
  place: LocalPlace,
  announce: (sentence: string) => void,
): Promise<Runtime> {
  const { cluster } = run.options
  if (!cluster) return new PythonRuntime(run, place, announce)
  // Most runs need no cluster.
  const { ClusterRuntime } = await import('../cluster/clusterRuntime.ts')
  return new ClusterRuntime(run, cluster, place, announce)
}
