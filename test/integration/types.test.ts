import { expect, test } from 'vitest'
import { checkTypes } from '../support/checkTypes.ts'
import { covering, versions } from '../support/versions.ts'

test.concurrent.each(
  versions,
)('the types of plugin and fixtures accept correct code and refuse wrong code: Vitest %s', async (version) => {
  expect(await checkTypes(version, 'types')).toEqual({ exitCode: 0, output: '' })
})

test.concurrent.each(
  covering,
)('a pool that is not declared is a type error, if any is declared: Vitest %s', async (version) => {
  expect(await checkTypes(version, 'pool-names')).toEqual({ exitCode: 0, output: '' })
})
