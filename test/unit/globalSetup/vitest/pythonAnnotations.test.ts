import { expect, test } from 'vitest'
import { pythonAnnotations } from '../../../../src/globalSetup/vitest/pythonAnnotations.ts'
import type { FileTask } from '../../../../src/globalSetup/vitest/reportedVitest.ts'

function fileWith(state: string, stack: string, message = 'no, 100%\nword'): FileTask {
  const result = { state, errors: [{ name: 'PythonError', message, stack }] }
  return { tasks: [{ name: 'a: b', result }] } as unknown as FileTask
}

const PYTHON = 'PythonError: no\n    at find (/p/words.py:6:5)\n    at /p/a.test.ts:3:1'

test('a failed test is annotated at its line of Python, too', () => {
  expect(pythonAnnotations([fileWith('fail', PYTHON)])).toEqual([
    '::error file=/p/words.py,line=6,col=5,title=a%3A b::no, 100%25%0Aword',
  ])
})

test('a test that passes, or that fails outside of Python, is not', () => {
  expect(pythonAnnotations([fileWith('pass', PYTHON)])).toEqual([])
  expect(pythonAnnotations([fileWith('fail', 'Error: x\n    at /p/a.test.ts:3:1')])).toEqual([])
})
