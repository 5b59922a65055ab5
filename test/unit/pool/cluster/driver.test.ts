import { expect, test, vi } from 'vitest'
import { ClusterDriver } from '../../../../src/pool/cluster/driver.ts'
import type { Listener, Peer } from '../../../../src/pool/python/control.ts'

const program = vi.hoisted(() => ({ start: vi.fn() }))
vi.mock('../../../../src/pool/python/start/startProgram.ts', () => ({ startProgram: program.start }))

const MINUTE = 60_000

/** A driver, the lines that it gets, and the way in which its program answers. */
async function start() {
  const sent: Record<string, unknown>[] = []
  const peer: Peer = { role: 'driver', id: 'driver', send: (line) => sent.push(line) }
  let listener: Listener = () => {}
  program.start.mockImplementation(async ({ onLine }: { onLine: Listener }) => {
    listener = onLine
    const spawned = { pid: 1, startTime: '1', exited: new Promise(() => {}) }
    return { spawned, ready: async () => ({ peer, line: {} }) }
  })
  const run = { options: { orphans: { keep: [] } } } as never
  const driver = await ClusterDriver.start(
    run,
    { silence: 3_000 } as never,
    { record() {} } as never,
    () => {},
  )
  return { driver, sent, answer: (line: Record<string, unknown>) => listener(line, peer) }
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
