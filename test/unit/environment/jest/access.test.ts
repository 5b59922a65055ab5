import { afterEach, expect, test, vi } from 'vitest'
import * as values from '../../../../src/client/values/classes.ts'
import * as api from '../../../../src/environment/api.ts'
import { ACCESS } from '../../../../src/environment/jest/accessKey.ts'
import { Realm } from '../../../../src/environment/jest/realm.ts'

const holder = globalThis as { [ACCESS]?: object }

afterEach(() => {
  delete holder[ACCESS]
  vi.resetModules()
})

test("Jest's entry exports every class of the package, and those of errors are the file's own", async () => {
  const prefetch = vi.fn()
  const realm = new Realm({ Error })
  const access = { python: {}, pythonPool: {}, prefetch, errors: realm.errors, values }
  holder[ACCESS] = access
  const entry: Record<string, unknown> = await import('../../../../src/environment/jest/access.ts')
  expect(Object.keys(entry).sort()).toEqual(
    [...Object.keys(api), 'python', 'pythonPool', 'toThrowPython'].sort(),
  )
  const { python, pythonPool } = access
  for (const [name, given] of Object.entries({ python, pythonPool, ...realm.errors, ...values })) {
    expect(entry[name]).toBe(given)
  }
  expect(prefetch).toHaveBeenCalledOnce()
})

test('outside of a test file of Jest it says how to configure Jest', async () => {
  const entry = import('../../../../src/environment/jest/access.ts')
  await expect(entry).rejects.toMatchObject({
    code: 'NOT_CONFIGURED',
    message: expect.stringContaining("preset: 'vitest-environment-python'"),
  })
})
