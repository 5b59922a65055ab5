import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetFailure } from '../../../src/support/forgetFailure.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Milliseconds after which a failure is forgotten that took so long. */
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

test('a failure that came at once holds for a second', async () => {
  expect(await heldFor(5)).toBe(1_000)
})

test('one that took long holds ten times as long', async () => {
  expect(await heldFor(3_000)).toBe(30_000)
})

test('a success is never forgotten', async () => {
  const forget = vi.fn()
  forgetFailure(Promise.resolve(), forget)
  await vi.runAllTimersAsync()
  expect(forget).not.toHaveBeenCalled()
})
