import { expect, test } from 'vitest'
import { StartedBy } from '../../../../src/environment/leases/startedBy.ts'

/** Tells what is alive at each change of the running tests. */
function play(...steps: [running: string[], children: number[], adopted?: number[]][]) {
  const tests = new Map<string, { name: string }>()
  const named = (name: string) => tests.get(name) ?? tests.set(name, { name }).get(name)!
  let at = 0
  const lease = {
    suspects: () => ({ children: steps[at]![1], adopted: steps[at]![2] ?? [], unlisted: false }),
    takeCaller: () => ({ frames: at }) as never,
  }
  const started = new StartedBy<{ name: string }>(lease)
  for (; at < steps.length; at++) started.change(new Set(steps[at]![0].map(named)))
  return (pid: number) => started.of(pid) && [started.of(pid)?.test.name, started.of(pid)?.caller]
}

test('a process is of the test that ran alone when it was first seen', () => {
  const of = play([['a'], [1]], [['b'], [1, 2], [3]])
  expect(of(1)).toEqual(['a', { frames: 0 }])
  expect(of(2)).toEqual(['b', { frames: 1 }])
  expect(of(3)).toEqual(['b', { frames: 1 }])
  expect(of(4)).toBeUndefined()
})

test('a process of a hook or of two tests at once is of no test, then or later', () => {
  const of = play(
    [[], [1]],
    [
      ['a', 'b'],
      [1, 2],
    ],
    [['a'], [1, 2]],
  )
  expect([of(1), of(2)]).toEqual([undefined, undefined])
})
