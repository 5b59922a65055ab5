import { expect, test, vi } from 'vitest'
import { ClusterDriver } from '../../../../src/pool/cluster/driver.ts'
import type { Listener, Peer } from '../../../../src/pool/python/control.ts'
import type { Exit } from '../../../../src/process/system/exit.ts'

const program = vi.hoisted(() => ({ start: vi.fn() }))
vi.mock('../../../../src/pool/python/start/startProgram.ts', () => ({ startProgram: program.start }))

const MINUTE = 60_000

/** A driver, the lines that it gets, and the way in which its program answers. */
async function start() {
  const sent: Record<string, unknown>[] = []
  const peer: Peer = { role: 'driver', id: 'driver', send: (line) => sent.push(line) }
  let listener: Listener = () => {}
  let exit: (how: Exit) => void = () => {}
  const exited = new Promise<Exit>((resolve) => {
    exit = resolve
  })
  program.start.mockImplementation(async ({ onLine }: { onLine: Listener }) => {
    listener = onLine
    const spawned = { pid: 1, startTime: '1', exited }
    return { spawned, ready: async () => ({ peer, line: {} }) }
  })
  const run = { options: { orphans: { keep: [] } } } as never
  const driver = await ClusterDriver.start(
    run,
    { silence: 3_000 } as never,
    { record() {} } as never,
    () => {},
  )
  return {
    driver,
    sent,
    answer: (line: Record<string, unknown>) => listener(line, peer),
    exit,
  }
}

test('a late answer about an earlier tree of a node is not taken for that of the next', async () => {
  const { driver, answer } = await start()
  const first = driver.place(0, 'first', MINUTE)
  const second = driver.place(0, 'second', MINUTE)
  answer({ event: 'placed', node: 0, tree: 'second', ip: '10.0.0.2' })
  await expect(second).resolves.toMatchObject({ tree: 'second' })
  answer({ event: 'place-failed', node: 0, tree: 'first', message: 'too late' })
  await expect(first).rejects.toThrow('Node 0 of the cluster could not be used: too late')
})

test('if the driver ends too early, each node that may have a tree is named', async () => {
  const { driver, answer, exit } = await start()
  const placed = [driver.place(0, 'first', MINUTE), driver.place(1, 'second', MINUTE)]
  const silent = expect(driver.place(2, 'third', MINUTE)).rejects.toThrow('The driver of the cluster')
  answer({ event: 'placed', node: 0, tree: 'first', ip: '10.0.0.1' })
  answer({ event: 'placed', node: 1, tree: 'second', ip: '10.0.0.2' })
  await Promise.all(placed)
  const end = driver.end([])
  const orphans = [{ pid: 7, startTime: '7', command: 'sleep 60', lease: null, killed: true }]
  answer({ event: 'ended', node: 0, tree: 'first', ip: '10.0.0.1', orphans, kept: [], problem: null })
  exit({ status: null, signal: 'SIGKILL' })
  await silent
  const { nodes, problem } = await end
  expect(problem).toBe('The driver of the cluster was killed by SIGKILL.')
  expect(nodes).toMatchObject([
    { ip: '10.0.0.1', orphans, problem: null },
    { ip: '10.0.0.2', orphans: [], problem: 'it has not been swept' },
    { ip: 'number 2', orphans: [], problem: 'it has not been swept' },
  ])
})

test('a node that had too few resources is not named if the driver gives its verdict', async () => {
  const { driver, answer } = await start()
  const refused = driver.place(0, 'first', MINUTE)
  answer({ event: 'place-failed', node: 0, tree: 'first', message: 'only 0 nodes' })
  await expect(refused).rejects.toThrow('only 0 nodes')
  const end = driver.end([])
  answer({ event: 'verdict', problem: null })
  await expect(end).resolves.toEqual({ nodes: [], problem: null })
})
