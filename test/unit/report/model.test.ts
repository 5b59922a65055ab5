import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { reportSchema } from '../../../scripts/report-schema.mjs'
import { traceOf } from '../../../src/report/formats/trace.ts'
import { worstOf } from '../../../src/report/model/verdicts.ts'
import { largeReport, smallReport } from './sampleReport.ts'

const published = readFileSync(new URL('../../../report.schema.json', import.meta.url), 'utf8')
const validate = new Ajv({ allErrors: true }).compile(JSON.parse(published))

test('report.schema.json matches the output of npm run generate', async () => {
  expect(published).toBe(await reportSchema())
})

test('reports match the published schema', () => {
  for (const report of [smallReport(), largeReport({ workers: 3, leases: 9, calls: 4 })]) {
    validate(JSON.parse(JSON.stringify(report)))
    expect(validate.errors).toBeNull()
  }
})

test.each([
  ['another version', { schema: 2 }],
  ['an unknown verdict', { verdict: 'perfect' }],
  ['a lease without a worker', { leases: [{}] }],
])('a report with %s does not match', (_, change) => {
  expect(validate({ ...smallReport(), ...change })).toBe(false)
})

test('the worst verdict counts', () => {
  expect(worstOf(['clean', 'unknown', 'orphans'])).toBe('unknown')
  expect(worstOf(['unused', 'clean'])).toBe('clean')
  expect(worstOf(['clean', 'orphans'])).toBe('orphans')
  expect(worstOf([])).toBe('unused')
})

test('a trace has the shape that Perfetto reads', () => {
  const report = smallReport()
  const { traceEvents } = traceOf(report)
  for (const event of traceEvents) {
    expect(event).toMatchObject({ name: expect.any(String), pid: 1, tid: expect.any(Number) })
    expect(Number.isInteger(event.ts) && event.ts >= 0).toBe(true)
    if (event.ph === 'X') expect(event.dur).toBeGreaterThan(0)
  }
  const of = (ph: string) => traceEvents.filter((event) => event.ph === ph).map(({ name }) => name)
  expect(of('X')).toEqual(
    expect.arrayContaining(['forkserver-1', 'w1', 'w2', 'counts words', 'serves files', 'server.start']),
  )
  expect(of('i')).toEqual(['w1 by itself', 'orphan 30462'])
  expect(of('C')).toContain('memory w1')
  expect(of('M')).toContain('thread_name')
  const names = traceEvents.flatMap(({ ph, args }) => (ph === 'M' ? [args?.['name']] : []))
  expect(names).toEqual(['Python default (run z6ju96y)', 'forkserver-1', 'w1', 'w2', 'orphans'])
  // A call lies within its lease, on the same thread.
  const lease = traceEvents.find(({ name }) => name === 'serves files')
  const call = traceEvents.find(({ name }) => name === 'server.start')
  expect(call?.tid).toBe(lease?.tid)
  expect(call?.ts).toBeGreaterThanOrEqual(lease?.ts ?? Number.NaN)
})
