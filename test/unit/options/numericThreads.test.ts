import { expect, test } from 'vitest'
import { shareCores } from '../../../src/options/numericThreads.ts'
import { resolvePools } from '../../../src/options/options.ts'

test('each test process gets its share of the cores, at least one', () => {
  expect(shareCores(2, {}, 8)).toMatchObject({ OMP_NUM_THREADS: '4', MKL_NUM_THREADS: '4' })
  expect(shareCores(16, {}, 8)).toMatchObject({ OPENBLAS_NUM_THREADS: '1' })
})

test('whoever has set one of them has decided', () => {
  expect(shareCores(2, { MKL_NUM_THREADS: '8' }, 8)).toEqual({})
  const { default: pool } = resolvePools({ env: { OMP_NUM_THREADS: '3' } }, 'here', 2)
  expect(pool?.env).toEqual({ OMP_NUM_THREADS: '3' })
})

test('spares follow from the number of test processes', () => {
  const spares = (options: object, processes: number) =>
    resolvePools(options, 'here', processes)['default']?.spares
  expect([spares({}, 1), spares({}, 4), spares({}, 64), spares({ spares: 0 }, 4)]).toEqual([2, 5, 8, 0])
})
