import { describe, expect, test } from 'vitest'
import { checkTypes } from '../support/checkTypes.ts'
import { versions } from '../support/versions.ts'

describe.concurrent.each(versions)('Vitest %s', (version) => {
  test('the types of plugin and fixtures accept correct code and refuse wrong code', async () => {
    expect(await checkTypes(version, 'types')).toEqual({ exitCode: 0, output: '' })
  })

  test('a pool that is not declared is a type error, if any is declared', async () => {
    expect(await checkTypes(version, 'pool-names')).toEqual({ exitCode: 0, output: '' })
  })
})
