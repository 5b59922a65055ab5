import { availableParallelism } from 'node:os'

/** The variables that tell numeric libraries how many threads to start. */
const VARIABLES = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
]

/**
 * Returns variables that share the cores among workers that run at the same time. Without them, each worker would start
 * a thread for every core. If any of the variables is set already, it may be meant for all of them, so the result is
 * empty.
 */
export function shareCores(
  testProcesses: number,
  env: NodeJS.ProcessEnv,
  cores: number = availableParallelism(),
): Record<string, string> {
  if (VARIABLES.some((name) => env[name])) return {}
  const threads = Math.max(1, Math.floor(cores / testProcesses))
  return Object.fromEntries(VARIABLES.map((name) => [name, `${threads}`]))
}
