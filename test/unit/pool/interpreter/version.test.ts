import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions, release } from '../../../../src/pool/interpreter/version.ts'

const parts = fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 5 })
const version = parts.map((numbers) => numbers.join('.'))
const suffix = fc.constantFrom('', 'rc1', 'a2', '.dev3', '.post1', '+cpu', '+local.7')

describe('release', () => {
  test.each([
    ['1.85.1', [1, 85, 1]],
    ['v1.2', [1, 2]],
    ['1!2.3', [2, 3]],
    ['1.64.0rc1', [1, 64, 0]],
    ['2.0.post1', [2, 0]],
    ['1.60.0+cpu', [1, 60, 0]],
    ['unknown', []],
  ])('of %s is %j', (text, numbers) => {
    expect(release(text)).toEqual(numbers)
  })

  test('ignores everything after the release', () => {
    fc.assert(
      fc.property(parts, suffix, (numbers, end) => {
        expect(release(numbers.join('.') + end)).toEqual(numbers)
      }),
    )
  })
})

describe('compareVersions', () => {
  test('compares numbers, not text', () => {
    expect(compareVersions('1.9', '1.10')).toBeLessThan(0)
    expect(compareVersions('1.85.1', '1.85.0')).toBeGreaterThan(0)
  })

  test('treats missing numbers as zeros', () => {
    fc.assert(
      fc.property(version, fc.nat({ max: 3 }), (v, n) => compareVersions(v, v + '.0'.repeat(n)) === 0),
    )
  })

  test('is antisymmetric', () => {
    fc.assert(
      fc.property(
        version,
        version,
        (a, b) => Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a)) === 0,
      ),
    )
  })

  test('is transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [low, middle, high] = [a, b, c].sort(compareVersions)
        return (
          compareVersions(low!, middle!) <= 0 &&
          compareVersions(middle!, high!) <= 0 &&
          compareVersions(low!, high!) <= 0
        )
      }),
    )
  })

  test('a larger number at any place is newer', () => {
    fc.assert(
      fc.property(parts, fc.nat(), fc.integer({ min: 1, max: 9 }), (numbers, place, more) => {
        const at = place % numbers.length
        const newer = numbers.map((number, index) => (index === at ? number + more : number))
        return compareVersions(numbers.join('.'), newer.join('.')) < 0
      }),
    )
  })
})
