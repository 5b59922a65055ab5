import { expect, test, vi } from 'vitest'

const beforeEach = vi.hoisted(() => vi.fn())
vi.mock('vitest', async (original) => ({ ...(await original<object>()), beforeEach, afterEach() {} }))
const { beginFile } = await import('../../../../src/environment/vitest/beginFile.ts')

test.each([
  'the current suite',
  'the runner',
])('another copy of Vitest, which fails to find %s, is left to the fixtures', async (missing) => {
  beforeEach.mockImplementation(() => {
    throw new Error(`Vitest failed to find ${missing}. One of the following is possible:`)
  })
  await expect(beginFile()).resolves.toBeUndefined()
})

test('any other failure to register hooks ends the file', async () => {
  beforeEach.mockImplementation(() => {
    throw new TypeError('hooks have changed')
  })
  await expect(beginFile()).rejects.toThrow('hooks have changed')
})
