// What is too large or too slow for every change: `npm run nightly`.
// All libraries of python/tests/libraries, also those of several hundred megabytes, the bridge suite in every pool and
// environment, over gRPC and over mutual TLS, runs and an example on a Ray cluster, every combination of versions, every chaos
// case, and every ratio of the benchmark.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { developmentPython, librariesPython, rayPython } from './development-python.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const options = { preferLocal: true, reject: false, stdio: 'inherit' }

await librariesPython({ nightly: true })
const libraries = await execa(await developmentPython(), ['-m', 'pytest', '-rs', 'tests/libraries'], {
  ...options,
  cwd: join(root, 'python'),
  env: { VITEST_PYTHON_NIGHTLY: '1' },
})
// A cluster in namespaces of its own. Without the privilege to make them, pytest says that it is skipped.
const cluster = await execa(
  await developmentPython(),
  ['-m', 'pytest', '-rs', 'tests/test_cluster_on_ray.py'],
  {
    ...options,
    cwd: join(root, 'python'),
    env: { VITEST_PYTHON_RAY: await rayPython() },
  },
)
const realms = await execa('vitest', ['run', '--project', 'e2e', 'realms', 'coverage', 'cluster'], {
  ...options,
  cwd: root,
  env: { VITEST_PYTHON_NIGHTLY: '1' },
})
// Calls go over a Unix socket unless this is set.
const overTransport = (transport) =>
  execa('vitest', ['run', '--project', 'integration', 'test/integration/bridge.test.ts'], {
    ...options,
    cwd: root,
    env: { VITEST_PYTHON_TRANSPORT: transport },
  })
const grpc = await overTransport('grpc')
const tls = await overTransport('tls')
const matrix = await execa('node', ['scripts/matrix.mjs', '--all'], { ...options, cwd: root })
const chaos = await execa('node', ['scripts/chaos.mjs'], { ...options, cwd: root })
const bench = await execa('node', ['scripts/bench.mjs', '--check'], { ...options, cwd: root })
const example = await execa('node', ['scripts/example.mjs', 'cluster'], { ...options, cwd: root })
const results = [libraries, cluster, realms, grpc, tls, matrix, chaos, bench, example]
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0
