import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { holdExitCode } from '../../../src/globalSetup/exitCode.ts'

let before: typeof process.exitCode
beforeEach(() => {
  before = process.exitCode
})
afterEach(() => {
  process.exitCode = before
})

test('while the teardown runs, the process would fail', async () => {
  process.exitCode = 0
  let during: unknown
  await holdExitCode(async () => {
    during = process.exitCode
    return false
  })
  expect([during, process.exitCode]).toEqual([1, 0])
})

test('a clean teardown gives the exit code back, a dirty one does not', async () => {
  process.exitCode = 3
  await holdExitCode(async () => false)
  expect(process.exitCode).toBe(3)
  process.exitCode = 0
  await holdExitCode(async () => true)
  expect(process.exitCode).toBe(1)
})

test('a teardown that throws fails the process and says why, without throwing', async () => {
  process.exitCode = 0
  const said = vi.spyOn(console, 'error').mockImplementation(() => {})
  await holdExitCode(async () => {
    throw new Error('broken')
  })
  expect(process.exitCode).toBe(1)
  expect(said).toHaveBeenCalledWith(expect.objectContaining({ message: 'broken' }))
})
