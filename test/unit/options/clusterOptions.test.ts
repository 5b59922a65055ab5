import { expect, test } from 'vitest'
import { resolvePools } from '../../../src/options/options.ts'

const resolve = (cluster: unknown, more: object = {}) =>
  resolvePools({ cluster, ...more })['default'] as NonNullable<ReturnType<typeof resolvePools>[string]>

test('a cluster has defaults, encrypts, and counts workers for each node', () => {
  const pool = resolve({ engine: 'ray', nodes: 3 }, { maxWorkers: 4, spares: 2 })
  expect(pool.cluster).toEqual({
    engine: 'ray',
    address: 'auto',
    nodes: 3,
    resources: { CPU: 1 },
    silence: 10_000,
    insecureCluster: false,
  })
  expect(pool).toMatchObject({ transport: 'tls', maxWorkers: 12, spares: 6, orphans: { blame: 'run' } })
})

test('one pool can be on a cluster, and the others on this machine', () => {
  const pools = resolvePools({ pools: { gpu: { cluster: { engine: 'ray' } } } })
  expect(pools['default']?.cluster).toBeUndefined()
  expect(pools['gpu']?.cluster).toMatchObject({ engine: 'ray' })
})

test.each([
  [{ engine: 'dask' }, 'cluster.engine', 'write "ray"'],
  [{}, 'cluster.engine', 'ray'],
  [{ engine: 'ray', address: 'http://head' }, 'cluster.address', '10.0.0.1:6379'],
  [{ engine: 'ray', nodes: 0 }, 'cluster.nodes', 'at least 1'],
  [{ engine: 'ray', silence: 100 }, 'cluster.silence', 'at least 3000'],
  [{ engine: 'ray', silence: Number.POSITIVE_INFINITY }, 'cluster.silence', 'at most 3600000'],
  [
    { engine: 'ray', resources: { CPU: Number.POSITIVE_INFINITY } },
    'cluster.resources.CPU',
    'write a number',
  ],
  [{ engine: 'ray', tls: false }, 'cluster.tls', 'always encrypted'],
  [{ engine: 'ray', resources: { GPU: 'one' } }, 'cluster.resources.GPU', 'write a number'],
  [{ engine: 'ray', adress: 'auto' }, 'cluster.adress', 'cluster.address'],
  ['ray', 'cluster', "{ engine: 'ray', nodes: 2 }"],
])('%o is refused: %s', (cluster, name, remedy) => {
  expect(() => resolve(cluster)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
  expect(() => resolve(cluster)).toThrow(name)
  expect(() => resolve(cluster)).toThrow(remedy)
})

test.each([
  [{ transport: 'grpc' }, 'transport is "grpc"'],
  [{ debug: true }, 'debug is on'],
])('%o cannot be combined with a cluster', (more, problem) => {
  expect(() => resolve({ engine: 'ray' }, more)).toThrow(problem)
})
