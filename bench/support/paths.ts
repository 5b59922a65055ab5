import { join } from 'node:path'
import { packageRoot } from '../../src/support/packageRoot.ts'

export const root: string = packageRoot
/** What the benchmark writes. */
export const cache: string = join(root, '.cache/bench')
/** The development environment; `scripts/bench.mjs` makes sure that it is there. */
export const python: string = join(root, '.cache/python/bin/python')
/** The Python that is measured, and what it is measured against. */
export const programs: string = join(root, 'bench/python')
