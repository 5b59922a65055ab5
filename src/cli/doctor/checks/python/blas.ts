import { availableParallelism } from 'node:os'
import { type Check, ok } from '../check.ts'

const VARIABLES = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS']

export interface BlasFacts {
  /** The variables that are set, as `NAME=value`. */
  set: string[]
  cores: number
}

export const blasCheck: Check<BlasFacts> = {
  name: 'BLAS threads',
  gather: () => ({
    set: VARIABLES.filter((name) => process.env[name]).map((name) => `${name}=${process.env[name]}`),
    cores: availableParallelism(),
  }),
  judge({ set, cores }) {
    if (set.length > 0) return ok(set.join(', '))
    if (cores === 1) return ok('one core, one thread')
    return ok(`the plugin divides the ${cores} cores among the test processes`)
  },
}
