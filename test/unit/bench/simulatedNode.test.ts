import { expect, test } from 'vitest'
import { delayOf, MEASURED } from '../../../bench/support/simulation/delays.ts'
import { SimulatedNode } from '../../../bench/support/simulation/simulatedNode.ts'
import type { JsonLine } from '../../../src/support/jsonLines.ts'

/** A node whose clock moves only when the test says so. */
function play() {
  const lines: string[] = []
  const timers: { at: number; act: () => void }[] = []
  let now = 0
  const node = new SimulatedNode(
    100,
    { ...MEASURED, forked: [5, 5], ready: [20, 20], exit: 10, imports: 50 },
    (from, { event, hello, id }: JsonLine) =>
      void lines.push([now, from, event ?? hello, id].join(' ').trim()),
    (delay, act) => void timers.push({ at: now + delay, act }),
  )
  function pass(milliseconds: number): string[] {
    const until = now + milliseconds
    for (;;) {
      const next = timers.sort((a, b) => a.at - b.at)[0]
      if (!next || next.at > until) break
      timers.shift()
      now = next.at
      next.act()
    }
    now = until
    return lines.splice(0)
  }
  return { node, pass }
}

test('a worker says what a real one says, and when', () => {
  const { node, pass } = play()
  node.arm()
  node.receive('reaper', { op: 'spawn', id: 'forkserver-1' })
  expect(pass(50)).toEqual([
    '0 reaper armed',
    '0 reaper spawned forkserver-1',
    '50 forkserver-1 vitest-python forkserver-1',
    '50 forkserver-1 ready',
  ])
  node.receive('forkserver-1', { op: 'fork', id: 'w1' })
  expect(pass(20)).toEqual(['55 forkserver-1 forked w1', '70 w1 vitest-python w1', '70 w1 ready'])
  node.receive('w1', { op: 'exit' })
  expect(pass(10)).toEqual(['80 forkserver-1 exited w1'])
})

test('a worker that is killed before it exists ends as soon as it does', () => {
  const { node, pass } = play()
  node.receive('reaper', { op: 'spawn', id: 'forkserver-1' })
  pass(50)
  node.receive('forkserver-1', { op: 'fork', id: 'w1' })
  node.receive('forkserver-1', { op: 'kill', id: 'w1' })
  expect(pass(100)).toEqual(['55 forkserver-1 forked w1', '55 forkserver-1 exited w1'])
})

test('the delays of workers differ, and stay within their limits', () => {
  const delays = Array.from({ length: 1_000 }, (_, number) => delayOf([20, 50], number))
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(20)
  expect(Math.max(...delays)).toBeLessThan(50)
  expect(delays.filter((delay) => delay < 35)).toHaveLength(500)
})

test('a line that no node knows is an error', () => {
  expect(() => play().node.receive('reaper', { op: 'dance' })).toThrow(
    'cannot carry out the line {"op":"dance"}',
  )
})
