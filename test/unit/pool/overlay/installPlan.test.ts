import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planInstall } from '../../../../src/pool/overlay/installPlan.ts'

const requirements = {
  grpcio: { minimum: '1.60', pin: '1.85.1' },
  protobuf: { minimum: '5.26', pin: '7.36.2' },
  'grpcio-reflection': { minimum: '1.60', pin: '1.85.1', optional: true },
}
const has = (version: string | null) => ({ found: true, version })
const lacks = { found: false, version: null }

describe('planInstall', () => {
  test('installs the pins if the interpreter has nothing', () => {
    expect(planInstall(requirements, {})).toEqual({
      outdated: [],
      missing: ['grpcio', 'protobuf', 'grpcio-reflection'],
      specifiers: ['grpcio-reflection==1.85.1', 'grpcio==1.85.1', 'protobuf==7.36.2'],
    })
  })

  test('installs nothing if the interpreter has all packages', () => {
    const all = { grpcio: has('1.60.0'), protobuf: has('5.26'), 'grpcio-reflection': has('1.70') }
    expect(planInstall(requirements, all)).toEqual({ outdated: [], missing: [], specifiers: [] })
  })

  test('lets the installer choose versions that match the installed ones', () => {
    const some = { grpcio: lacks, protobuf: has('5.29.3+cpu'), 'grpcio-reflection': lacks }
    expect(planInstall(requirements, some)).toEqual({
      outdated: [],
      missing: ['grpcio', 'grpcio-reflection'],
      specifiers: ['grpcio-reflection>=1.60,<=1.85.1', 'grpcio>=1.60,<=1.85.1', 'protobuf==5.29.3'],
    })
  })

  test('makes no overlay for an optional package', () => {
    expect(planInstall(requirements, { grpcio: has('1.80'), protobuf: has('6.0') }).missing).toEqual([])
  })

  test('names a package that is too old, unless it is optional', () => {
    const old = { grpcio: has('1.59.9'), protobuf: has('6.0'), 'grpcio-reflection': has('1.0') }
    expect(planInstall(requirements, old).outdated).toEqual([
      { name: 'grpcio', version: '1.59.9', minimum: '1.60' },
    ])
  })

  test('trusts a package whose metadata is missing', () => {
    expect(planInstall(requirements, { grpcio: has(null), protobuf: has('6.0') })).toMatchObject({
      outdated: [],
      missing: [],
    })
  })

  test('never requests another version of an installed package', () => {
    const state = fc.option(fc.constantFrom('5.26.0', '6.1', '7.0'), { nil: null })
    fc.assert(
      fc.property(state, state, (grpcio, protobuf) => {
        const given = { grpcio: grpcio ? has(grpcio) : lacks, protobuf: protobuf ? has(protobuf) : lacks }
        const { missing, specifiers } = planInstall(requirements, given)
        for (const [name, version] of Object.entries({ grpcio, protobuf })) {
          expect(missing.includes(name)).toBe(version === null)
          if (version && specifiers.length > 0) expect(specifiers).toContain(`${name}==${version}`)
        }
      }),
    )
  })
})
