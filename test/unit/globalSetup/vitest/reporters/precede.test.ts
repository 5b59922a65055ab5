import { expect, onTestFinished, test, vi } from 'vitest'
import { precedeReporters } from '../../../../../src/globalSetup/vitest/reporters/precede.ts'
import type { ReportedVitest } from '../../../../../src/globalSetup/vitest/reporters/reportedVitest.ts'

const LEAK = { name: 'LeftoverError', message: 'pid 7', stack: 'LeftoverError: pid 7' }

/** A Vitest whose reports are recorded, and the last look at its runs. */
function watched(lastLook = vi.fn(async () => [LEAK])) {
  const before = process.exitCode
  onTestFinished(() => {
    process.exitCode = before
  })
  const report = vi.fn(async (_event: string, ..._args: unknown[]) => {})
  const vitest = { report, reporters: [], logger: { log() {} } } as unknown as ReportedVitest
  precedeReporters(vitest, { lastLook, isOpen: () => false })
  const end = async () => {
    await vitest.report?.('onTestRunEnd', [], [], 'passed')
    return report.mock.lastCall
  }
  return { vitest, lastLook, end }
}

test('reporters get what the last look finds, and a run that has failed', async () => {
  const { end } = watched()
  expect(await end()).toEqual(['onTestRunEnd', [], [expect.objectContaining(LEAK)], 'failed'])
  expect(process.exitCode).toBe(1)
})

test('a run with nothing left stays as it is', async () => {
  expect(await watched(vi.fn(async () => [])).end()).toEqual(['onTestRunEnd', [], [], 'passed'])
})

test('a look that fails is an error of the run, and costs no reporter its end', async () => {
  const { end } = watched(vi.fn(async () => Promise.reject(new Error('EMFILE'))))
  const message = 'Cannot look for processes that the tests have left: EMFILE'
  expect(await end()).toMatchObject(['onTestRunEnd', [], [{ message }], 'failed'])
})

test('each run is looked at once, and the next one anew', async () => {
  const { vitest, lastLook, end } = watched()
  await end()
  await vitest.report?.('onFinished', [], [])
  expect(lastLook).toHaveBeenCalledTimes(1)
  await vitest.report?.('onTestRunStart')
  await end()
  expect(lastLook).toHaveBeenCalledTimes(2)
})

test('a Vitest that starts again is asked about its new runs', async () => {
  const { vitest, lastLook, end } = watched()
  const next = vi.fn(async () => [])
  precedeReporters(vitest, { lastLook: next, isOpen: () => false })
  await end()
  expect([lastLook, next].map((look) => look.mock.calls.length)).toEqual([0, 1])
})
