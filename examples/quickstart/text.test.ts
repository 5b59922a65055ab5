import { expect } from 'vitest'
import { PythonError, test } from 'vitest-environment-python/fixtures'

test('counts words', async ({ python }) => {
  const counts = await python.call<Record<string, number>>('text.word_counts', {
    text: 'The cat and the dog and the bird.',
    top: 2,
  })
  expect(counts).toEqual({ the: 3, and: 2 })
})

test('takes positional arguments', async ({ python }) => {
  expect(await python.call('text.median_length', [['a', 'bbb', 'cc']])).toBe(2)
})

test('streams what a generator yields', async ({ python }) => {
  const pieces: string[] = []
  for await (const piece of python.stream<string>('text.chunks', { text: 'abcdefgh', size: 3 }))
    pieces.push(piece)
  expect(pieces).toEqual(['abc', 'def', 'gh'])
})

test('awaits async functions, many at once', async ({ python }) => {
  const calls = ['a', 'b', 'c'].map((text) => python.call('text.slow_echo', { text, seconds: 0.1 }))
  expect(await Promise.all(calls)).toEqual(['a', 'b', 'c'])
})

test('keeps state within a test …', async ({ python }) => {
  await python.call('text.remember', ['one'])
  expect(await python.call('text.remember', ['two'])).toEqual(['one', 'two'])
})

test('… and never beyond it: every test gets a pristine process', async ({ python }) => {
  expect(await python.call('text.remember', ['three'])).toEqual(['three'])
})

test('shows Python errors as what they are', async ({ python }) => {
  await expect(python.call('text.parse_age', ['-1'])).rejects.toThrow(PythonError)
  await expect(python.call('text.parse_age', ['-1'])).rejects.toThrow('an age is not negative: -1')
})
