import { expect, test } from 'vitest'
import {
  annotationOf,
  pythonAnnotations,
} from '../../../../../src/globalSetup/vitest/reporters/pythonAnnotations.ts'
import type { FileTask } from '../../../../../src/globalSetup/vitest/reporters/reportedVitest.ts'

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

test('control characters and other commands in a message are harmless', () => {
  const [annotation] = pythonAnnotations([
    fileWith('fail', PYTHON, 'a\u001b[2J\r\n::set-output name=x::y\u009b2J'),
  ])
  expect(annotation).toMatch(/::a%0A: :set-output name=x::y(\\x9b2J)?$/)
})

test('an error of the run is annotated without a place, and its text is harmless, too', () => {
  const error = { name: 'LeftoverError [X]', message: 'pid 1 (a\r\n::set-output name=x::y)', stack: '' }
  const annotation = annotationOf(error)
  expect(annotation).toMatch(/^::error title=LeftoverError \[X\]::pid 1 \(a/)
  expect(annotation).not.toMatch(/[\r\n]/)
})

test('a test that passes, or that fails outside of Python, is not', () => {
  expect(pythonAnnotations([fileWith('pass', PYTHON)])).toEqual([])
  expect(pythonAnnotations([fileWith('fail', 'Error: x\n    at /p/a.test.ts:3:1')])).toEqual([])
})
