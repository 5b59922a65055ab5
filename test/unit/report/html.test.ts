import { expect, test } from 'vitest'
import { DATA_MARK, htmlOf, inScript } from '../../../src/report/formats/html.ts'
import { timelineOf } from '../../../src/report/formats/timeline.ts'
import { largeReport, smallReport } from './sampleReport.ts'

const HOSTILE = '</script><img src=x onerror=alert(1)><!-- <script> ]]> & \u2028\u2029 "\'`$1'

test('no text of a test ends the script element', () => {
  const report = smallReport()
  report.leases[0]!.test = HOSTILE
  const html = htmlOf(report, `<script>${DATA_MARK}</script>`)
  expect(html.match(/<\/script/gi)).toHaveLength(1)
  expect(html.slice(8, -9)).not.toMatch(/[<>&\u2028\u2029]/)
  const data = JSON.parse(html.slice(8, -9))
  expect(data.texts).toContain(HOSTILE)
})

test('a text that looks like the mark or like a replacement pattern stays as it is', () => {
  const report = smallReport()
  report.leases[0]!.test = `${DATA_MARK} $& $1`
  const html = htmlOf(report, `<b>${DATA_MARK}</b>`)
  expect(JSON.parse(html.slice(3, -4)).texts).toContain(`${DATA_MARK} $& $1`)
})

test('columns are a quarter of the objects', () => {
  const report = largeReport({ workers: 8, leases: 800, calls: 10 })
  expect(inScript(timelineOf(report)).length).toBeLessThan(JSON.stringify(report).length / 3)
})

test('columns refer to workers, leases and texts by their numbers', () => {
  const { texts, calls, leases, workers } = timelineOf(smallReport())
  expect(calls.worker.map((worker) => workers[worker]?.id)).toEqual(['w1', 'w1', 'w2'])
  expect(calls.lease).toEqual([0, 0, 1])
  expect(texts[leases.test[1] ?? -1]).toBe('serves files')
  expect(texts[calls.error[1] ?? -1]).toContain('ValueError')
  expect(leases.taken).toEqual([340, 950])
})
