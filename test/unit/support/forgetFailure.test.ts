import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetFailure } from '../../../src/support/forgetFailure.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Fails an attempt after `took` milliseconds. Resolves to the milliseconds until the failure is forgotten. */
async function heldFor(took: number): Promise<number> {
  const failing = new Promise((_, fail) => setTimeout(() => fail(new Error('no')), took))
  let forgotten = Number.NaN
  forgetFailure(failing, () => {
    forgotten = performance.now()
  })
  await vi.advanceTimersByTimeAsync(took)
  const failed = performance.now()
  await vi.runAllTimersAsync()
  return forgotten - failed
}

test('an immediate failure is remembered for a second', async () => {
  expect(await heldFor(5)).toBe(1_000)
})

test('a slow failure is remembered ten times as long as it took', async () => {
  expect(await heldFor(3_000)).toBe(30_000)
})

test('a success is never forgotten', async () => {
  const forget = vi.fn()
  forgetFailure(Promise.resolve(), forget)
  await vi.runAllTimersAsync()
  expect(forget).not.toHaveBeenCalled()
})
