import { join } from 'node:path'
import { packageRoot } from '../../src/support/packageRoot.ts'

export const root: string = packageRoot
/** Directory for the files that the benchmark writes. */
export const cache: string = join(root, '.cache/bench')
/** The development environment, created by `scripts/bench.mjs` if necessary. */
export const python: string = join(root, '.cache/python/bin/python')
/** The Python with Ray, which `scripts/bench.mjs` creates for the cluster's figures. */
export const rayPython: string = join(root, '.cache/ray/bin/python')
/** The Python modules that are measured, and their baselines. */
export const programs: string = join(root, 'bench/python')
