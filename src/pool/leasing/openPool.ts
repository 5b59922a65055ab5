import { type Install, LocalPlace } from '../places/localPlace.ts'
import { reported } from '../python/reportedWorker.ts'
import { PythonRuntime } from '../python/runtime.ts'
import { startWorker } from '../python/worker.ts'
import { recordProcess } from '../run/record.ts'
import type { Run } from '../run/run.ts'
import { Pool } from './pool.ts'

/**
 * The pool of a run, with real processes.
 *
 * @param install finds the interpreter and installs the packages that it lacks
 * @param announce prints a sentence for the user
 */
export function openPool(run: Run, install: Install, announce: (sentence: string) => void): Pool {
  const runtime = new PythonRuntime(run, new LocalPlace(run, install), announce)
  const pool = new Pool(run, { runtime, startWorker: reported(startWorker, run.events), recordProcess })
  pool.leases.observe((event, { id: lease, workerId: worker, workerPid: pid, holder, usage }, at) => {
    const { file, test } = holder
    run.events.emit({ topic: 'lease', event, at, lease, worker, pid, file, test, ...(usage && { usage }) })
  })
  run.events.on((event) => {
    if (event.topic === 'worker' && event.event === 'ended') pool.leases.noteWorkerEnd(event.worker, event.at)
  })
  return pool
}
