import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { mergeReports } from '../../../src/report/merge/mergeReports.ts'
import { readReport } from '../../../src/report/merge/readReport.ts'
import type { Report } from '../../../src/report/model/schema.ts'
import { largeReport, smallReport } from './sampleReport.ts'

const clean = largeReport({ workers: 2, leases: 6, calls: 3 })

const orphaned = { verdict: 'orphans' as const, failed: true, orphans: smallReport().orphans }

function shard(index: number, count: number, change: Partial<Report> = {}) {
  return { file: `shard-${index}.json`, report: { ...clean, shard: { index, count }, ...change } }
}

test('all shards of one commit, each clean, are clean', () => {
  const { report, problems } = mergeReports([shard(2, 3), shard(1, 3), shard(3, 3)])
  expect(problems).toEqual([])
  expect(report).toMatchObject({ verdict: 'clean', failed: false, shard: null })
  expect(report.shards?.map(({ file }) => file)).toEqual(['shard-2.json', 'shard-1.json', 'shard-3.json'])
  expect(report.leases).toHaveLength(3 * clean.leases.length)
  expect(report.latency.calls).toBe(3 * clean.latency.calls)
  expect(report.latency.p50).toBe(clean.latency.p50)
})

test('the nodes of a cluster are named, also that of an orphan', () => {
  const on = (node: string) => ({ workers: clean.workers.map((worker) => ({ ...worker, node })) })
  const [orphan] = smallReport().orphans
  const { problems, notes } = mergeReports([
    shard(1, 2, on('10.0.0.1')),
    shard(2, 2, { ...on('10.0.0.2'), ...orphaned, orphans: [{ ...orphan!, node: '10.0.0.2' }] }),
  ])
  expect(notes).toEqual(['Python ran on 10.0.0.1 and 10.0.0.2.'])
  expect(problems).toEqual([expect.stringContaining(`(pid ${orphan!.pid} on 10.0.0.2).`)])
})

test('if no report has a commit, that is said, and the merge passes', () => {
  const unknown = { commit: null }
  const { problems, notes } = mergeReports([shard(1, 2, unknown), shard(2, 2, unknown)])
  expect(problems).toEqual([])
  expect(notes).toEqual([
    'No report has a commit, so it was not checked that all shards ran the same version of the tests.',
  ])
  expect(mergeReports([shard(1, 2), shard(2, 2)]).notes).toEqual([])
})

test('reports without a commit are named beside those of different commits', () => {
  const { problems } = mergeReports([
    shard(1, 4),
    shard(2, 4, { commit: 'abc' }),
    shard(3, 4, { commit: null }),
    shard(4, 4, { commit: null }),
  ])
  expect(problems).toEqual([
    expect.stringContaining('from different commits: shard-1.json (9cccff5d3c1f), shard-2.json (abc).'),
    expect.stringMatching(/^shard-3\.json and shard-4\.json have no commit, and other reports have one\./),
  ])
})

test.each([
  [
    'one is missing',
    [shard(1, 3), shard(3, 3)],
    'The report of shard 2/3 is missing. Pass the report of every shard.',
  ],
  [
    'one is there twice',
    [shard(1, 2), shard(2, 2), { ...shard(2, 2), file: 'copy.json' }],
    'shard-2.json and copy.json are all reports of shard 2/2. Merge one report of each shard.',
  ],
  [
    'the commits differ',
    [shard(1, 2), shard(2, 2, { commit: 'abc' })],
    'The reports come from different commits: shard-1.json (9cccff5d3c1f), shard-2.json (abc). Merge the reports of one commit.',
  ],
  [
    'one commit is unknown',
    [shard(1, 2), shard(2, 2, { commit: null })],
    'shard-2.json has no commit, and other reports have one. Run every shard in a checkout of the same commit.',
  ],
  [
    'one left an orphan',
    [shard(1, 2), shard(2, 2, orphaned)],
    'Shard 2/2 (shard-2.json) left 1 orphaned process, first sleep 1000 (pid 30462).',
  ],
  [
    'one left an orphan that was forgiven',
    [shard(1, 1, { ...orphaned, failed: false })],
    'Shard 1/1 (shard-1.json) left 1 orphaned process, first sleep 1000 (pid 30462).',
  ],
  [
    'one is unknown',
    [shard(1, 2, { verdict: 'unknown', failed: true }), shard(2, 2)],
    'Shard 1/2 (shard-1.json) could not be verified.',
  ],
  [
    'one is of a run that goes on',
    [shard(1, 1, { verdict: 'pending' })],
    'Shard 1/1 (shard-1.json) could not be verified.',
  ],
  [
    'one is not of a shard',
    [{ file: 'whole.json', report: clean }],
    'whole.json is not the report of a shard. Run each part of the tests with --shard.',
  ],
  [
    'the numbers of shards differ',
    [shard(1, 2), shard(2, 3)],
    'The reports come from runs with 2 and 3 shards. Merge the reports of one run.',
  ],
])('the merge fails if %s', (_, files, sentence) => {
  const { report, problems } = mergeReports(files)
  expect(problems).toEqual([sentence])
  expect(report.failed).toBe(true)
})

const directory = mkdtempSync(join(tmpdir(), 'vp-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('a report is read as it was written', async () => {
  const file = join(directory, 'report.json')
  writeFileSync(file, JSON.stringify(clean))
  expect(await readReport(file)).toEqual(clean)
})

test.each([
  ['{"schema":1', 'it is not JSON, or only a part of it'],
  ['null', 'it is not a report of vitest-environment-python'],
  ['{"schema":2}', 'a newer version of this package has written it (schema 2; this one reads 1)'],
  ['{"schema":0}', 'an older version'],
  [JSON.stringify({ ...clean, verdict: 'perfect' }), 'verdict is wrong'],
  [undefined, 'there is no such file'],
])('%.20s is refused', async (text, why) => {
  const file = join(directory, text === undefined ? 'none.json' : 'broken.json')
  if (text !== undefined) writeFileSync(file, text)
  await expect(readReport(file)).rejects.toMatchObject({
    code: 'REPORT_UNREADABLE',
    message: expect.stringContaining(why),
  })
})
