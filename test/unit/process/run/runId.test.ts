import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limitCookie, runIdOfLimit } from '../../../../src/process/run/limitCookie.ts'
import { isRunId, mintRunId, numberToRunId, runIdToNumber } from '../../../../src/process/run/runId.ts'

const runIds = fc.stringMatching(/^[0-9a-z]{7}$/)

test('a minted run ID has 7 characters of [0-9a-z]', () => {
  for (let n = 0; n < 1_000; n++) expect(mintRunId()).toMatch(/^[0-9a-z]{7}$/)
})

test('a thousand minted run IDs all differ', () => {
  expect(new Set(Array.from({ length: 1_000 }, mintRunId)).size).toBe(1_000)
})

test('other texts do not have the form of a run ID', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(isRunId(text)).toBe(/^[0-9a-z]{7}$/.test(text) && text.length === 7)
    }),
  )
  for (const text of ['', 'abcdef', 'abcdefgh', 'ABCDEFG', '../../x', 'abcdef\n', 'abcdefg\n'])
    expect(isRunId(text)).toBe(false)
})

test('a run ID survives the round trip to a number', () => {
  fc.assert(
    fc.property(runIds, (runId) => {
      expect(numberToRunId(runIdToNumber(runId))).toBe(runId)
    }),
  )
})

test('the limit cookie contains the run ID and fits a signed 64-bit limit', () => {
  fc.assert(
    fc.property(runIds, (runId) => {
      const limit = limitCookie(runId)
      expect(runIdOfLimit(limit)).toBe(runId)
      expect(limit).toBeLessThan(2n ** 63n - 1n)
      expect(limit).toBeGreaterThan(2n ** 62n)
    }),
  )
})

test('a limit of another program is not a cookie', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 62n }), (limit) => {
      expect(runIdOfLimit(limit)).toBeUndefined()
    }),
  )
  expect(runIdOfLimit(limitCookie('zzzzzzz') + 1n)).toBeUndefined()
  expect(runIdOfLimit(limitCookie('0000000') - 1n)).toBeUndefined()
})
