import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { environmentValue } from '../../../../src/process/system/parseEnvironment.ts'
import { parseLimits } from '../../../../src/process/system/parseLimits.ts'
import { isAlive, parseStat } from '../../../../src/process/system/stat.ts'

const statLine = (pid: number, name: string, state: string, parent: number, start: string) =>
  `${pid} (${name}) ${state} ${parent} 1 1 0 -1 4194560 ${'0 '.repeat(10)}1 0 ${start} 1 2 3\n`

test('parses the stat line of this process', () => {
  const stat = parseStat(readFileSync('/proc/self/stat', 'latin1'))
  expect(stat).toMatchObject({ pid: process.pid, parent: process.ppid })
  expect(stat?.threads).toBeGreaterThan(1)
})

test('a name with parentheses and spaces does not shift the fields after it', () => {
  fc.assert(
    fc.property(fc.nat(4_000_000), fc.string(), fc.nat(4_000_000), fc.nat(), (pid, name, parent, start) => {
      const parsed = parseStat(statLine(pid, name, 'S', parent, `${start}`))
      expect(parsed).toEqual({ pid, name, state: 'S', parent, session: 1, threads: 1, startTime: `${start}` })
    }),
  )
  expect(parseStat(statLine(7, 'a) S 1 (b', 'R', 3, '9'))).toMatchObject({ name: 'a) S 1 (b', parent: 3 })
})

test('any text that is not a stat line gives undefined', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseStat(text.replaceAll(')', ''))).toBeUndefined()
    }),
  )
  for (const text of ['', '1 (x)', '1 (x) S', '1 (x) S 1 2 3', 'x (x) S 1'])
    expect(parseStat(text)).toBeUndefined()
})

test('a zombie is not alive, unless its other threads go on', () => {
  expect(isAlive({ state: 'Z', threads: 1 })).toBe(false)
  expect(isAlive({ state: 'X', threads: 1 })).toBe(false)
  expect(isAlive({ state: 'Z', threads: 2 })).toBe(true)
  for (const state of ['R', 'S', 'D', 'T', 't', 'I']) expect(isAlive({ state, threads: 1 })).toBe(true)
})

test('the resident limit of this process is a number or unlimited', () => {
  const text = readFileSync('/proc/self/limits', 'latin1')
  const limit = parseLimits(text).RLIMIT_RSS
  expect(limit === undefined).toBe(/^Max resident set +unlimited +unlimited/m.test(text))
})

test('every finite resident limit is parsed to the last digit', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n }), (limit) => {
      const text = `Max cpu time              unlimited            unlimited            seconds   \nMax resident set          ${`${limit}`.padEnd(20)} ${`${limit}`.padEnd(20)} bytes     \nMax file locks            ${`${limit}`.padEnd(20)} ${`${limit}`.padEnd(20)} locks     \n`
      expect(parseLimits(text)).toEqual({ RLIMIT_RSS: limit, RLIMIT_LOCKS: limit })
    }),
  )
  expect(parseLimits('')).toEqual({})
})

test('a variable is found in an environment, and not inside the value of another one', () => {
  const value = fc.string().filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(value, value, (before, mine) => {
      const environ = Buffer.from(`A=${before}\0XID=no\0ID=${mine}\0Z=ID=other\0`)
      expect(environmentValue(environ, 'ID')).toBe(mine)
      expect(environmentValue(Buffer.from(`A=ID=${before}\0`), 'ID')).toBeUndefined()
    }),
  )
})
