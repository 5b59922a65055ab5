import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { markdownOf } from '../../../src/report/formats/markdown.ts'
import { addStepSummary } from '../../../src/report/write/stepSummary.ts'
import { largeReport, smallReport } from './sampleReport.ts'

test('the summary has verdict, orphans, ends of workers and the slowest leases', () => {
  const text = markdownOf(smallReport())
  expect(text).toMatch(
    /^### ❌ Python: orphans\n\n2 workers, 2 leases, 3 calls \(p50 0\.4 ms, p95 500 ms, max 500 ms\)\.\n/,
  )
  expect(text).toContain('| default | z6ju96y | orphans | 2 clean sweeps of 73 processes |')
  expect(text).toContain('| w1 | crashed with SIGSEGV | counts words | test/text.test.ts |')
  const leases = text.slice(text.indexOf('**Slowest leases**'))
  expect(leases).toMatch(/serves files .* 750 ms \| 12 ms \|\n\| counts words .* 560 ms \| 30 ms \|/)
  expect(text).toMatch(
    /\*\*Orphans\*\*\n\n\| pid \| command \| left by \| now \|\n\| --- \| --- \| --- \| --- \|\n\| \d+ \| /,
  )
})

test('names of tests and titles of processes break no table and bring no HTML, links or commands', () => {
  const report = smallReport()
  const nasty = 'a | b\n| c | <img src=x onerror=1> `x` [l](javascript:1) @all **b** &amp; ::error::\u001b[2J'
  for (const lease of report.leases) Object.assign(lease, { test: nasty, file: nasty })
  for (const orphan of report.orphans) Object.assign(orphan, { command: nasty })
  for (const pool of report.pools) pool.findings.problems.push(nasty)
  const text = markdownOf(report)
  for (const found of ['<', '`', '[', '@', '\u001b', 'a | b', '**b']) expect(text).not.toContain(found)
  const widths = (of: string) =>
    of
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|').length)
  expect(widths(text)).toEqual([
    ...widths(markdownOf(smallReport())).slice(0, 3),
    4,
    4,
    4,
    ...widths(markdownOf(smallReport())).slice(3),
  ])
})

test('its size is bounded, and a run without findings is short', () => {
  const text = markdownOf(largeReport({ workers: 100, leases: 5_000, calls: 10 }))
  expect(text.length).toBeLessThan(5_000)
  expect(text).toMatch(/^### ✅ Python: clean\n/)
  expect(text).not.toContain('Orphans')
})

test('each run is added once; reruns in watch mode and runs without Python are not', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'summary-'))
  try {
    const path = join(directory, 'summary.md')
    for (const verdict of ['orphans', 'pending', 'unused', 'clean'] as const)
      expect(await addStepSummary({ ...smallReport(), verdict }, path)).toEqual([])
    expect(readFileSync(path, 'utf8').match(/^### .*$/gm)).toEqual([
      '### ❌ Python: orphans',
      '### ❌ Python: clean',
    ])
    expect(await addStepSummary(smallReport(), directory)).toEqual([
      expect.stringContaining('(REPORT_NOT_WRITTEN)'),
    ])
    expect(await addStepSummary(smallReport(), '')).toEqual([])
  } finally {
    rmSync(directory, { recursive: true })
  }
})
