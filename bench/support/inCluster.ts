import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { rayPython, root } from './paths.ts'

const run = promisify(execFile)

/** The program that measures inside the cluster. */
const INSIDE = fileURLToPath(new URL('./inside.js', import.meta.url))
/** For a whole case, and the start of Ray. */
const TIMEOUT_MS = 1_500_000

/**
 * Measures on a Ray cluster in namespaces of this machine.
 *
 * @param containers nodes beside that of this program, each with a network of its own
 * @param name of the case that `inside.ts` measures
 * @returns its result, which crosses as JSON
 * @throws Error with the output of the case, if it fails
 */
export async function inCluster<Result>(containers: number, name: string): Promise<Result> {
  const out = mkdtempSync(join(tmpdir(), 'bench-cluster-'))
  const env = {
    ...process.env,
    RAY_PYTHON: rayPython,
    CLUSTER_NODES: `${containers + 1}`,
    CLUSTER_CASES: name,
    CLUSTER_OUT: out,
    CLUSTER_PROGRAM: process.execPath,
    // By default, Ray gives its processes a lower priority (nice 15), which counts if the machine is busy.
    RAY_worker_niceness: '0',
  }
  const read = (suffix: string) => readFileSync(join(out, `${name}.${suffix}`), 'utf8')
  try {
    await run('bash', [join(root, 'scripts/in-cluster.sh'), INSIDE], { env, timeout: TIMEOUT_MS })
    if (read('status').trim() !== '0')
      throw new Error(`The case ${name} failed on the cluster:\n${read('log')}`)
    if (read('left') !== '') throw new Error(`The case ${name} has left processes: ${read('left')}`)
    return JSON.parse(read('json')) as Result
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
