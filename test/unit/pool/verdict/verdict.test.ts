import { expect, test } from 'vitest'
import { report } from '../../../../src/pool/verdict/report.ts'
import { type Findings, judge, mustFail, type Orphan } from '../../../../src/pool/verdict/verdict.ts'

const clean: Findings = {
  runId: '7f3c9ab',
  orphans: [],
  kept: [],
  unknown: [],
  problems: [],
  cleanSweeps: 2,
  looked: 120,
  workersStarted: 3,
  stopping: 12,
  sweeping: 4,
}
const orphan: Orphan = {
  pid: 4121,
  name: 'python',
  state: 'S',
  parent: 4100,
  session: 4100,
  threads: 1,
  startTime: '9',
  runId: '7f3c9ab',
  cookie: 'both',
  lease: 'l1',
  directory: undefined,
  command: 'python -m http.server',
  age: 3_240,
  survived: 1_000,
  killed: true,
  refused: false,
  leases: [
    {
      id: 'l1',
      workerId: 'w3',
      workerPid: 4100,
      takenAt: undefined,
      grantedAt: 0,
      endedAt: 1,
      holder: { file: 'test/server.test.ts', test: 'serves files' },
    },
  ],
  tracedBy: 'lease',
}
const unreadable = {
  runId: '7f3c9ab',
  pid: 9,
  startTime: '1',
  name: 'x',
  reason: '/proc/9/environ cannot be read',
}

test('a run with two clean sweeps and no findings is clean', () => {
  expect(judge(clean)).toBe('clean')
  expect(mustFail(clean, 'fail')).toBe(false)
  expect(report(clean)).toContain('No orphaned processes: run 7f3c9ab, 3 Python workers stopped in 12 ms')
})

test('the verdict names the Python that was used', () => {
  const python = 'Python 3.11.7 (/usr/bin/python3)'
  expect(report({ ...clean, python })).toContain('clean in 4 ms each. Python 3.11.7 (/usr/bin/python3).')
  expect(report({ ...clean, python, orphans: [orphan] })).toMatch(
    /\nIt ran on Python 3\.11\.7 \(\/usr\/bin\/python3\)\.$/,
  )
})

test.each<[string, Partial<Findings>, string]>([
  ['one sweep', { cleanSweeps: 1 }, 'no two sweeps in a row were clean'],
  ['an unknown process', { unknown: [unreadable] }, 'Cannot tell whether 1 process of this user'],
  ['a problem', { problems: ['The reaper died'] }, 'Not verified: The reaper died'],
])('%s leaves the run unproven, which fails it even with `warn`', (_, change, sentence) => {
  const findings = { ...clean, ...change }
  expect(judge(findings)).toBe('unknown')
  expect([mustFail(findings, 'fail'), mustFail(findings, 'warn')]).toEqual([true, true])
  expect(report(findings)).toContain(sentence)
  expect(report(findings)).toContain('(RUN_NOT_VERIFIED)')
  expect(report(findings)).not.toContain('No orphaned processes')
})

test('an orphan fails the run and is named; `warn` forgives it only if it is dead', () => {
  const findings = { ...clean, orphans: [orphan] }
  expect(judge(findings)).toBe('orphans')
  expect([mustFail(findings, 'fail'), mustFail(findings, 'warn')]).toEqual([true, false])
  expect(mustFail({ ...findings, orphans: [{ ...orphan, killed: false }] }, 'warn')).toBe(true)
  expect(report(findings)).toContain('Found 1 orphaned process of run 7f3c9ab')
  expect(report(findings)).toContain('(ORPHANS_FOUND)')
  expect(report(findings)).toContain(
    'pid 4121 (python -m http.server), parent 4100, age 3.2 s, alive 1.0 s after the pool had stopped, ' +
      'known by environment and resource limit, started by worker w3 during "serves files" (test/server.test.ts); killed now',
  )
})

test('an orphan that is alive says so, and why; a hidden one claims no time and no test', () => {
  const alive = { ...orphan, killed: false, refused: true }
  expect(report({ ...clean, orphans: [alive] })).toMatch(
    /STILL ALIVE.*: the system refused the signal \(EPERM\)/,
  )
  const hidden = { ...orphan, startTime: '', leases: [], command: 'hidden by /proc' }
  const text = report({ ...clean, orphans: [hidden] })
  expect(text).toContain('parent and age unknown')
  expect(text).toContain('started at a time that the system hides')
  expect(text).not.toContain('outside of any test')
  expect(report({ ...clean, orphans: [{ ...orphan, leases: [], node: '10.0.0.7' }] })).toContain(
    'pid 4121 on 10.0.0.7 (python -m http.server), not traced to a test, because its environment names none; killed now',
  )
})
