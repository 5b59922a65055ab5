import { describe, expect, test } from 'vitest'
import { globToRegExp } from '../../../../src/cli/init/glob.ts'
import { type Located, locateConfig } from '../../../../src/cli/init/locate.ts'
import { placesOfJest, placesOfVitest, placeTest } from '../../../../src/cli/init/place.ts'

const configOf = (code: string) => (locateConfig(`export default ${code}`) as Located).config

test.each([
  ['**/*.test.ts', 'greeting.test.ts', true],
  ['tests/**/*.test.ts', 'tests/a/greeting.test.ts', true],
  ['tests/**/*.test.ts', 'greeting.test.ts', false],
  ['src/**/*.{test,spec}.?(c|m)[jt]s?(x)', 'src/greeting.spec.mts', true],
  ['*.test.ts', 'a/greeting.test.ts', false],
  ['**/?(*.)+(spec|test).[jt]s?(x)', 'test.js', true],
  ['**/test_*.js', 'greeting.test.js', false],
])('%s and %s', (glob, path, matches) => {
  expect(globToRegExp(glob).test(path)).toBe(matches)
})

describe('the place of the example', () => {
  test.each([
    ['{}', 'greeting.test.ts'],
    ["{ test: { include: ['tests/**/*.test.ts'] } }", 'tests/greeting.test.ts'],
    ["{ test: { include: ['src/**/*.spec.{ts,tsx}'] } }", 'src/greeting.spec.ts'],
    ["{ test: { dir: './unit' } }", 'unit/greeting.test.ts'],
    ["{ test: { dir: 'unit', include: ['fast/*.test.ts'] } }", 'unit/fast/greeting.test.ts'],
    ["{ test: { include: ['only/this.ts'] } }", undefined],
  ])('for Vitest with %s', (code, path) => {
    expect(placeTest(placesOfVitest(configOf(code)), ['ts', 'tsx', 'js'])).toBe(path)
  })

  test.each([
    ['{}', 'greeting.test.js'],
    ["{ testMatch: ['<rootDir>/spec/**/*.js'] }", 'spec/greeting.test.js'],
    ["{ testRegex: 'src/.*/.*.spec.ts[x]?$' }", 'src/__tests__/greeting.spec.ts'],
    ["{ testRegex: ['\\\\.e2e\\\\.js$', '/__tests__/.*\\\\.js$'] }", '__tests__/greeting.test.js'],
    ["{ roots: ['<rootDir>/lib'] }", 'lib/greeting.test.js'],
    ["{ testRegex: 'never' }", undefined],
  ])('for Jest with %s', (code, path) => {
    expect(placeTest(placesOfJest(configOf(code)), ['js', 'ts', 'mjs'])).toBe(path)
  })

  test('the root is read, and a setting that is no literal is named', () => {
    expect(placesOfVitest(configOf("{ root: './packages/a', test: {} }")).root).toBe('packages/a')
    expect(placesOfJest(configOf("{ rootDir: 'app' }")).root).toBe('app')
    expect(placesOfVitest(configOf('{ test: { include: patterns } }')).unreadable).toBe('include')
    expect(placesOfJest(configOf('{ roots: list() }')).unreadable).toBe('roots')
  })
})
