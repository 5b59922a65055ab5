import { expect, test } from 'vitest'
import { surroundings } from '../../../../src/pool/interpreter/surroundings.ts'

const allow = { has: () => true }
const forbid = { has: (scope: string) => scope !== 'child' }

test('nothing unusual is not mentioned', () => {
  expect(surroundings({ PYTHONPATH: '/lib' })).toEqual([])
  expect(surroundings({}, allow)).toEqual([])
})

test('PYTHONHOME and the permission model are named, with remedies', () => {
  expect(surroundings({ PYTHONHOME: '/opt/python' }, forbid)).toEqual([
    expect.stringMatching(/^PYTHONHOME is set to \/opt\/python,.* Unset it/),
    expect.stringMatching(/permission model .*--allow-child-process/),
  ])
})
