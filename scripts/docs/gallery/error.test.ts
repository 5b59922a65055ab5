import { expect } from 'vitest'
import { test } from 'vitest-environment-python/fixtures'

test('adds prices', async ({ python }) => {
  expect(await python.call('shop.total', [['3', '-1']])).toBe(2)
})
