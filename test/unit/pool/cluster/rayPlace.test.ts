import { expect, test } from 'vitest'
import type { ClusterDriver, Placed } from '../../../../src/pool/cluster/driver.ts'
import { NodeLines } from '../../../../src/pool/cluster/nodeLines.ts'
import { RayPlace } from '../../../../src/pool/cluster/rayPlace.ts'
import { makeCertificates } from '../../../../src/pool/run/certificates.ts'
import type { Run } from '../../../../src/pool/run/run.ts'
import { PROTOCOL } from '../../../../src/process/run/protocol.ts'

const PLACED: Placed = {
  ip: '10.0.0.7',
  directory: '/tmp/nodes/abcdefg',
  executable: '/usr/bin/python3',
  version: '3.11.7',
  root: '/tmp/ray/working_dir',
  missing: [],
}
const CLUSTER = {
  engine: 'ray',
  address: 'auto',
  nodes: 1,
  resources: { CPU: 1 },
  silence: 10_000,
  insecureCluster: false,
} as const
const RUN = {
  root: '/project',
  directory: { path: '/run' },
  options: { startupTimeout: 1_000 },
  certificates: makeCertificates('run.vitest-python'),
} as Run

/** A driver that places a node with these facts, whose reaper is armed before the answer. */
function place(facts: Partial<Placed>, cluster: object = {}) {
  const node = new NodeLines(() => {})
  const trees: string[] = []
  const driver = {
    linesOf: () => node,
    place: async (_index: number, tree: string) => {
      trees.push(tree)
      node.receive({ from: 'reaper', line: { event: 'armed', protocol: PROTOCOL, pid: 5, startTime: '1' } })
      return { ...PLACED, ...facts }
    },
  } as unknown as ClusterDriver
  const place = new RayPlace(RUN, { ...CLUSTER, ...cluster }, 0, async () => driver)
  return { armed: place.arm(), trees }
}

test('a node has marks of its own, its own paths, and the output of its processes here', async () => {
  const { armed, trees } = place({})
  const { site, reaper, installation } = await armed
  expect(site).toMatchObject({
    node: '10.0.0.7',
    runId: trees[0],
    directory: '/tmp/nodes/abcdefg',
    mirror: '/run',
    controlPath: '/tmp/nodes/abcdefg/control.sock',
    root: '/project',
  })
  expect(reaper.armed.pid).toBe(5)
  expect(installation).toEqual({ executable: '/usr/bin/python3', version: '3.11.7', overlay: null })
})

test('the environment of the runner is not sent, only the address and the certificates', async () => {
  const { environment } = (await place({}).armed).site
  expect(Object.keys(environment)).toEqual(['VITEST_PYTHON_LISTEN'])
  expect(JSON.parse(environment['VITEST_PYTHON_LISTEN']!)).toMatchObject({ host: '10.0.0.7' })
})

test('with a working directory, paths are those of the node', async () => {
  const { site } = await place({}, { runtimeEnv: { working_dir: '.' } }).armed
  expect(site.root).toBe('/tmp/ray/working_dir')
})

test('a node that lacks packages is refused, with the way to have them installed', async () => {
  await expect(place({ missing: ['grpcio', 'ormsgpack'] }).armed).rejects.toMatchObject({
    code: 'CLUSTER_UNUSABLE',
    message: expect.stringContaining('runtimeEnv: { pip: ["grpcio","ormsgpack"] }'),
  })
})
