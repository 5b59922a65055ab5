import { availableParallelism } from 'node:os'

/** By these, numeric libraries are told how many threads to start. */
const VARIABLES = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
]

/**
 * Variables that share the cores out among workers that run at the same time: left alone, each would start a thread for
 * every core. Empty where any of them is set already, since one alone may be meant for all.
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
