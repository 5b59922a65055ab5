import { expect, test } from 'vitest'
import { compatibilityTables, type Result } from '../../../scripts/compatibility-table.mjs'
import { CASES } from '../../../scripts/matrix/cases.mjs'
import { SUITES } from '../../../scripts/matrix/suites.mjs'
import { judge, type Outcome } from '../../matrix/play.ts'

const failures = SUITES.find(({ name }) => name === 'failures')!

function outcomeOf(changes: Partial<Outcome> = {}): Outcome {
  const failed = {
    'meets an exception': 'ValueError: an age is not negative: -1',
    'is killed by a signal': 'worker w1 was killed by SIGABRT',
    'ends with a status': 'worker w2 exited with status 41',
    'is too slow': 'Test timed out in 500ms.',
  }
  const left = { processes: [], runDirectories: [] }
  const clean = { exitCode: 1, verdict: 'clean', orphans: 0, passed: 2, failed, seen: {}, left, output: '' }
  return { ...clean, ...changes }
}

test('the expected outcome of a suite is accepted', () => {
  expect(judge(failures, outcomeOf())).toEqual([])
})

const survivor = { pid: 7, startTime: '1', command: 'sleep 121', kind: 'python' } as const
const { failed } = outcomeOf()

test.each<[string, Partial<Outcome>, string[]]>([
  ['an exit code', { exitCode: 0 }, ['exitCode is 0 instead of 1']],
  ['a verdict', { verdict: 'unknown' }, ['verdict is "unknown" instead of "clean"']],
  ['orphans', { orphans: 1 }, ['orphans is 1 instead of 0']],
  ['a test that is missing', { passed: 1 }, ['passed is 1 instead of 2']],
  [
    'another test that fails',
    { failed: { ...failed, 'is in time': 'no' } },
    [expect.stringContaining('"is in time","is killed by a signal"')],
  ],
  [
    'another reason',
    { failed: { ...failed, 'ends with a status': 'exited with status 1' } },
    ['the error of "ends with a status" does not match /exited with status 41/'],
  ],
  ['state of another test', { seen: { a1: ['a2'] } }, ['seen is {"a1":["a2"]} instead of {}']],
  [
    'a process',
    { left: { processes: [survivor], runDirectories: ['r'] } },
    ['process 7 is left: sleep 121', 'run directory r is left'],
  ],
])('control: %s that the suite does not expect is found', (_, changes, problems) => {
  expect(judge(failures, outcomeOf(changes))).toEqual(problems)
})

test('every combination plays a suite for each kind of failure, and orphans must fail their run', () => {
  const names = SUITES.map(({ name }) => name)
  for (const { suites } of CASES) expect(suites).toEqual(names.filter((name) => suites.includes(name)))
  for (const { suites } of CASES) expect(suites).toEqual(expect.arrayContaining(names.slice(0, 4)))
  expect(SUITES.find(({ name }) => name === 'orphans')).toMatchObject({ verdict: 'orphans', exitCode: 1 })
})

test('the tables show counts, verdicts and what was not played', () => {
  const good = { asExpected: true, passed: 2, failed: 4, verdict: 'clean', orphans: 0, exitCode: 1 }
  const bad = { ...good, asExpected: false, verdict: 'unknown' }
  const [first, second] = CASES
  const result = (id: string, node: string, played: typeof good): Result => {
    const suites = { failures: played }
    return { id, runner: 'Vitest 3.2.7', vite: '5.4.21', node, python: '3.11.7', suites }
  }
  const text = compatibilityTables([result(first!.id, '20.20.2', good), result(second!.id, '22.23.3', bad)])
  expect(text).toContain('| Vitest 3.2.7 | 5.4.21 | 20.20.2 | 3.11.7 |  |  | ✓ 2 of 6, clean |  |  |')
  expect(text).toContain('| ✗ 2 of 6, unknown, exit code 1 |')
  expect(text).toMatch(/^\| Vitest 3\.2\.7 \| ✓ \| ✗ \| {2}\| {2}\| {2}\| ✗ \|/m)
  expect(text).toContain(`- ${CASES.at(-1)!.id}`)
  expect(text).not.toContain(`- ${first!.id}\n`)
})
