import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { needsDetails, summaryDetails, summaryLine } from '../../../src/report/summary/summary.ts'
import { largeReport, smallReport } from './sampleReport.ts'

const plain = (lines: (string | undefined)[]) => lines.map((line) => stripVTControlCharacters(line ?? ''))

test('one line tells workers, leases, calls and the verdict', () => {
  expect(plain([summaryLine(smallReport())])).toEqual([
    '     Python  2 workers, 2 leases, 3 calls (p50 0.4 ms, p95 500 ms, max 500 ms), orphans',
  ])
})

test('a run without calls tells no percentiles, and one without Python tells nothing', () => {
  const report = { ...largeReport({ workers: 1, leases: 1, calls: 0 }) }
  expect(plain([summaryLine(report)])).toEqual(['     Python  1 worker, 1 lease, 0 calls, clean'])
  expect(summaryLine({ ...report, workers: [], verdict: 'unused' })).toBeUndefined()
})

test('the details name slow functions, crashes, memory and the verdict', () => {
  expect(plain(summaryDetails(smallReport()))).toEqual([
    '    Slowest  text.word_counts  2 calls, 500 ms in all, 1 failed  p50 0.4 ms, p95 500 ms, max 500 ms',
    '             server.start  1 call, 20 ms in all  p50 20 ms, p95 20 ms, max 20 ms',
    '   Restarts  w1 crashed with SIGSEGV during "counts words" (test/text.test.ts)',
    '     Memory  at most 52.0 MB in one worker',
    '    Verdict  orphans  default, run z6ju96y, 2 clean sweeps of 73 processes',
  ])
})

test('a failed verdict and a crash bring the details', () => {
  const clean = largeReport({ workers: 1, leases: 1, calls: 1 })
  expect(needsDetails(clean)).toBe(false)
  expect(needsDetails({ ...clean, failed: true })).toBe(true)
  expect(needsDetails({ ...clean, workers: smallReport().workers })).toBe(true)
})
