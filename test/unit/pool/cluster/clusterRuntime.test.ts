import { afterEach, expect, test, vi } from 'vitest'
import { ClusterRuntime } from '../../../../src/pool/cluster/clusterRuntime.ts'

const fakes = vi.hoisted(() => ({ endForkservers: vi.fn(), driver: { end: vi.fn(), exit: vi.fn() } }))
const never = new Promise(() => {})

/** A machine whose reaper is armed, and on which no forkserver starts. */
const place = vi.hoisted(() => ({
  async arm() {
    const reaper = { armed: { pid: 1, startTime: '1' }, ended: new Promise(() => {}), signal: async () => [] }
    return { reaper, control: { close() {} }, installation: {}, site: {}, record() {} }
  },
}))

vi.mock('../../../../src/pool/python/endForkservers.ts', () => ({ endForkservers: fakes.endForkservers }))
vi.mock('../../../../src/pool/python/forkserver.ts', () => ({
  startForkserver: () => Promise.reject(new Error('no forkserver')),
}))
vi.mock('../../../../src/pool/cluster/driver.ts', () => ({
  ClusterDriver: { start: async () => ({ ...fakes.driver, exited: never }) },
}))
vi.mock('../../../../src/pool/cluster/rayPlace.ts', () => ({
  RayPlace: class {
    readonly #driver: () => Promise<unknown>
    constructor(_run: unknown, _cluster: unknown, _index: number, driver: () => Promise<unknown>) {
      this.#driver = driver
    }
    async arm() {
      await this.#driver()
      return place.arm()
    }
  },
}))

afterEach(() => vi.useRealTimers())

test('a node whose forkserver cannot be ended keeps no other one from being swept', async () => {
  const run = { options: { startMethod: 'fork', modules: [] }, events: { emit() {} }, root: '/' } as never
  const runtime = new ClusterRuntime(run, { nodes: 2 } as never, place as never, () => {})
  await expect(runtime.start()).rejects.toThrow('no forkserver')
  fakes.endForkservers.mockRejectedValue(new Error('The reaper does not answer.'))
  fakes.driver.end.mockResolvedValue({ nodes: [], problem: null })
  vi.useFakeTimers()
  const end = runtime.endNodes()
  await vi.advanceTimersByTimeAsync(5_000)
  await expect(end).resolves.toEqual({ nodes: [], problem: null })
  expect(fakes.driver.end).toHaveBeenCalledOnce()
  expect(fakes.driver.exit).toHaveBeenCalledOnce()
})
