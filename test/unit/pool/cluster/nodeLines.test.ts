import { expect, test } from 'vitest'
import { NodeLines } from '../../../../src/pool/cluster/nodeLines.ts'
import type { JsonLine } from '../../../../src/support/jsonLines.ts'

function linesOfNode() {
  const sent: [string, JsonLine][] = []
  return { node: new NodeLines((to, line) => void sent.push([to, line])), sent }
}

test('the lines of the reaper that come before it is connected are kept', async () => {
  const { node } = linesOfNode()
  node.receive({ from: 'reaper', line: { event: 'armed' } })
  const seen: JsonLine[] = []
  node.listen((line) => seen.push(line))
  expect(seen).toEqual([])
  await Promise.resolve()
  node.receive({ from: 'reaper', line: { event: 'spawned' } })
  expect(seen).toEqual([{ event: 'armed' }, { event: 'spawned' }])
})

test('a process is heard after its hello, if the run expects it', () => {
  const { node, sent } = linesOfNode()
  const seen: JsonLine[] = []
  node.receive({ from: 'w1', line: { event: 'ready' } })
  node.expect('worker', 'w1', (line, peer) => {
    seen.push(line)
    peer.send({ op: 'exit' })
  })
  node.receive({ from: 'w2', line: { hello: 'vitest-python', role: 'worker', id: 'w2' } })
  node.receive({ from: 'w2', line: { event: 'ready' } })
  node.receive({ from: 'w1', line: { hello: 'vitest-python', role: 'worker', id: 'w1' } })
  node.receive({ from: 'w1', line: { event: 'ready' } })
  expect(seen).toEqual([{ event: 'ready' }])
  expect(sent).toEqual([['w1', { op: 'exit' }]])
})

test.each([
  [
    'the reaper has ended',
    (node: NodeLines) => node.receive({ from: 'reaper', line: { event: 'reaper-ended' } }),
  ],
  ['the node is lost', (node: NodeLines) => node.lose('its node is lost: ActorDiedError')],
])('the end is told if %s', async (_, lose) => {
  const { node } = linesOfNode()
  lose(node)
  expect(await node.ended).toEqual({
    status: null,
    signal: null,
    because: expect.stringContaining('its node'),
  })
})
