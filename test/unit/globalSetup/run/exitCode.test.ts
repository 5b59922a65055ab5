import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { holdExitCode } from '../../../../src/globalSetup/run/exitCode.ts'

let before: typeof process.exitCode
beforeEach(() => {
  before = process.exitCode
})
afterEach(() => {
  process.exitCode = before
})

test('a process that exits during the teardown fails, and keeps an exit code that means failure', async () => {
  for (const [code, expected] of [
    [0, 1],
    [undefined, 1],
    [130, 130],
  ] as const) {
    const others = process.listeners('exit')
    process.exitCode = code
    await holdExitCode(async () => {
      const exit = process.listeners('exit').find((listener) => !others.includes(listener))
      exit?.(0)
      expect(process.exitCode).toBe(expected)
      process.exitCode = code
      return false
    })
    expect(process.listeners('exit')).toEqual(others)
    expect(process.exitCode).toBe(code)
  }
})

test('a clean teardown restores the exit code, another one does not', async () => {
  process.exitCode = 3
  await holdExitCode(async () => false)
  expect(process.exitCode).toBe(3)
  process.exitCode = 0
  await holdExitCode(async () => true)
  expect(process.exitCode).toBe(1)
})

test('a teardown that throws fails the process and prints the error, without throwing', async () => {
  process.exitCode = 0
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await holdExitCode(async () => {
    throw new Error('broken')
  })
  expect(process.exitCode).toBe(1)
  expect(said).toHaveBeenCalledWith(expect.stringContaining('Error: broken'))
})
