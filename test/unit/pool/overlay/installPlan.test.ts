import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planInstall } from '../../../../src/pool/overlay/installPlan.ts'
import { parseLock } from '../../../../src/pool/overlay/lock.ts'

const requirements = {
  grpcio: { minimum: '1.60', pin: '1.85.1' },
  protobuf: { minimum: '5.26', pin: '7.36.2' },
  'grpcio-reflection': { minimum: '1.60', pin: '1.85.1', optional: true },
}
const lock = parseLock(`# made by hand
grpcio==1.85.1 \\
    --hash=sha256:aa
    # via grpcio-reflection
grpcio-reflection==1.85.1 \\
    --hash=sha256:bb
protobuf==7.36.2 \\
    --hash=sha256:cc
    # via grpcio-reflection
typing-extensions==4.16.0 \\
    --hash=sha256:dd
    # via grpcio
`)
const has = (version: string | null) => ({ found: true, version })
const lacks = { found: false, version: null }
const plan = (distributions: Parameters<typeof planInstall>[2]) =>
  planInstall(requirements, lock, distributions)
const names = (distributions: Parameters<typeof planInstall>[2]) =>
  plan(distributions).packages.map(({ name }) => name)

describe('planInstall', () => {
  test('installs all of the lock if the interpreter has nothing', () => {
    const { packages, ...rest } = plan({})
    expect(rest).toEqual({
      outdated: [],
      missing: ['grpcio', 'protobuf', 'grpcio-reflection'],
      content: [
        'grpcio==1.85.1',
        'grpcio-reflection==1.85.1',
        'protobuf==7.36.2',
        'typing-extensions==4.16.0',
      ],
    })
    expect(packages).toEqual(lock)
    expect(packages[0]?.lines).toBe('grpcio==1.85.1 \\\n    --hash=sha256:aa\n')
  })

  test('installs nothing if the interpreter has all packages', () => {
    const all = { grpcio: has('1.60.0'), protobuf: has('5.26'), 'grpcio-reflection': has('1.70') }
    expect(plan(all)).toEqual({ outdated: [], missing: [], packages: [], content: [] })
  })

  test('installs what the interpreter lacks, in an overlay for its versions', () => {
    const some = { grpcio: lacks, protobuf: has('5.29.3+cpu'), 'grpcio-reflection': lacks }
    expect(plan(some).content).toEqual([
      'grpcio==1.85.1',
      'grpcio-reflection==1.85.1',
      'typing-extensions==4.16.0',
      'beside protobuf 5.29.3+cpu',
    ])
    expect(names({ grpcio: has('1.70'), protobuf: lacks, 'grpcio-reflection': lacks })).toEqual([
      'grpcio-reflection',
      'protobuf',
    ])
  })

  test('makes no overlay for an optional package', () => {
    expect(plan({ grpcio: has('1.80'), protobuf: has('6.0') }).missing).toEqual([])
  })

  test('names a package that is too old, unless it is optional', () => {
    const old = { grpcio: has('1.59.9'), protobuf: has('6.0'), 'grpcio-reflection': has('1.0') }
    expect(plan(old).outdated).toEqual([{ name: 'grpcio', version: '1.59.9', minimum: '1.60' }])
  })

  test('trusts a package whose metadata is missing', () => {
    expect(plan({ grpcio: has(null), protobuf: has('6.0') })).toMatchObject({ outdated: [], missing: [] })
  })

  test('never installs a package that the interpreter has', () => {
    const state = fc.option(fc.constantFrom('5.26.0', '6.1', '7.0'), { nil: null })
    fc.assert(
      fc.property(state, state, (grpcio, protobuf) => {
        const given = { grpcio: grpcio ? has(grpcio) : lacks, protobuf: protobuf ? has(protobuf) : lacks }
        const { missing, packages } = plan(given)
        for (const [name, version] of Object.entries({ grpcio, protobuf })) {
          expect(missing.includes(name)).toBe(version === null)
          if (version) expect(packages.map((locked) => locked.name)).not.toContain(name)
        }
      }),
    )
  })
})
