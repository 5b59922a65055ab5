import { expect } from 'vitest'
import { PythonError, test } from 'vitest-environment-python/fixtures'

test('counts words', async ({ python }) => {
  const counts = await python.call('text.word_counts', {
    text: 'The cat and the dog and the bird.',
    top: 2,
  })
  expect(counts).toEqual({ the: 3, and: 2 })
})

test('takes positional arguments', async ({ python }) => {
  expect(await python.call('text.median_length', [['a', 'bbb', 'cc']])).toBe(2)
})

test('streams from a generator', async ({ python }) => {
  const pieces: string[] = []
  for await (const piece of python.stream('text.chunks', { text: 'abcdefgh', size: 3 })) pieces.push(piece)
  expect(pieces).toEqual(['abc', 'def', 'gh'])
})

test('awaits many async functions at once', async ({ python }) => {
  const calls = ['a', 'b', 'c'].map((text) => python.call('text.slow_echo', { text, seconds: 0.1 }))
  expect(await Promise.all(calls)).toEqual(['a', 'b', 'c'])
})

test('keeps state within a test', async ({ python }) => {
  await python.call('text.remember', ['one'])
  expect(await python.call('text.remember', ['two'])).toEqual(['one', 'two'])
})

test('starts every test with a fresh process', async ({ python }) => {
  expect(await python.call('text.remember', ['three'])).toEqual(['three'])
})

test('rejects with the Python exception', async ({ python }) => {
  await expect(python.call('text.parse_age', ['-1'])).rejects.toThrow(PythonError)
  await expect(python.call('text.parse_age', ['-1'])).rejects.toThrow('an age is not negative: -1')
})
