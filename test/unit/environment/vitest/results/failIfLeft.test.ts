import { expect, test } from 'vitest'
import { failIfLeft } from '../../../../../src/environment/vitest/results/failIfLeft.ts'

const left = (pid: number) => ({
  survivors: [{ pid, command: 'sleep 1', leaseId: 'l1' }],
  problem: '',
  fail: true,
  caller: undefined,
})

function taskOf() {
  return { file: { filepath: '/app/a.test.ts' }, result: { repeatCount: 0, retryCount: 0 } }
}

test('a test that has left a process fails once in each attempt', () => {
  const task = taskOf()
  expect(() => failIfLeft(task, left(7))).toThrow('pid 7 (sleep 1)')
  // Another fixture of the same attempt.
  expect(() => failIfLeft(task, undefined)).not.toThrow()
  task.result.retryCount = 1
  expect(() => failIfLeft(task, undefined)).toThrow('pid 7 (sleep 1)')
  expect(() => failIfLeft(task, undefined)).not.toThrow()
  task.result = { repeatCount: 1, retryCount: 0 }
  expect(() => failIfLeft(task, undefined)).toThrow('pid 7 (sleep 1)')
})

test('another process of the same attempt is told, too', () => {
  const task = taskOf()
  expect(() => failIfLeft(task, left(7))).toThrow('pid 7 (sleep 1)')
  expect(() => failIfLeft(task, left(8))).toThrow('pid 8 (sleep 1)')
})

test('control: a test that has left none passes, beside one that has', () => {
  expect(() => failIfLeft(taskOf(), left(7))).toThrow()
  expect(() => failIfLeft(taskOf(), undefined)).not.toThrow()
})
