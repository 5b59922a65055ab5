import { test } from 'vitest-environment-python/fixtures'

test('sends a letter', async ({ python }) => {
  await python.call('shop.start_mailer')
})
