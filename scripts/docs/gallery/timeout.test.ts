import { test } from 'vitest-environment-python/fixtures'

test('takes a payment', async ({ python }) => {
  await python.call('shop.wait_for_payment', [], { timeout: 200 })
})
