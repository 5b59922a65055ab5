import { test } from 'vitest-environment-python/fixtures'

test('reads a barcode', async ({ python }) => {
  await python.call('shop.read_barcode')
})
