import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { developmentPython } from '../../../scripts/development-python.mjs'
import {
  Decimal,
  PlainDate,
  PlainDateTime,
  PlainTime,
  TimeDelta,
  Uuid,
} from '../../../src/client/values/classes.ts'
import { decode } from '../../../src/client/values/decode.ts'
import { resolvePools } from '../../../src/options/options.ts'
import { inspectProgram } from '../../../src/pool/inspection/inspectProgram.ts'
import type { ProgramDescription } from '../../../src/types/description.ts'
import { typesFile } from '../../../src/types/typesFile.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const fixture = fileURLToPath(new URL('fixture', import.meta.url))
const SETTINGS = { entries: ['fixtures'], strict: false, int: 'number' }

async function describeModules(...modules: string[]): Promise<ProgramDescription> {
  const executable = await developmentPython()
  const [options] = Object.values(resolvePools({ modules, startupTimeout: 60_000 }))
  const installation = { executable, version: '', overlay: null }
  const warn = (sentence: string) => expect.fail(sentence)
  return (await inspectProgram({
    root: fixture,
    options: options!,
    installation,
    warn,
  })) as ProgramDescription
}

/** Compiles texts beside the package's own sources, and returns the compiler's output. */
async function compile(files: Record<string, string>): Promise<string> {
  const directory = mkdtempSync(join(root, '.cache', 'types-'))
  try {
    const compilerOptions = {
      paths: { 'vitest-environment-python/*': ['../../src/environment/vitest/*.ts'] },
      noEmit: true,
    }
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['.'], exclude: [] }
    for (const [name, text] of Object.entries({ ...files, 'tsconfig.json': JSON.stringify(config) }))
      writeFileSync(join(directory, name), text)
    const options = { cwd: root, preferLocal: true, reject: false, all: true } as const
    return (await execa('tsc', ['-p', directory], options)).all.replaceAll(
      `.cache/${directory.split('/').at(-1)}/`,
      '',
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const CALLS = `
import type { PythonClass, PythonClient, PythonRef } from 'vitest-environment-python/fixtures'
import { Decimal } from 'vitest-environment-python/fixtures'
declare const python: PythonClient
declare const name: string
interface Own extends PythonClass { attributes: { own: number } }

export async function fine() {
  const sum: Decimal = await python.call('shop.total', { items: [await python.ref('shop.Item', { name: 'a', price: new Decimal('1'), tags: [] })], currency: 'EUR' })
  const made: { name: string; price: Decimal } = await python.call('shop.make', { '*': ['bread'], price: sum })
  const model = await python.ref('shop.train', { epochs: 3 })
  const predicted: number[] = await model.call('predict', { values: [1, 2] })
  const factor: number = await model.get('factor')
  const again: number = await python.call('shop.score', [model, 1])
  for await (const step of python.stream('shop.steps', [3])) step satisfies Record<string, number>
  const asked: 'red' | 'blue' = await python.call('shop.ask', { llm: async (prompt) => prompt.toUpperCase(), color: 'red' })
  const free: Date = await python.call<Date>('shop.total', { anything: 1 })
  const any: string = await python.call<any>('shop.nothing')
  const text: string = await python.call<string>('shop.nothing', { anything: 1 }, { timeout: 1 })
  const untypedRef: PythonRef<any> = await python.ref<any>('shop.nothing')
  const ownRef: PythonRef<Own> = await python.ref<Own>('shop.nothing', [1])
  const ownItems: AsyncGenerator<Own> = python.stream<Own>('shop.nothing', [1])
  const choice: Promise<unknown> = python.call(name === 'a' ? 'shop.later' : 'shop.train', undefined as never)
  const anyName: unknown = await python.call(JSON.parse(name), { a: 1 })
  const options: unknown = await python.call('other.function', undefined, { timeout: 1 })
  const unlisted: unknown = await python.call('other.function', [1])
  const dynamic: unknown = await python.call(name, [1])
  await python.call('shop.args', { '*': [1, 2], flag: 'a' })
  await python.call('shop.train')
  return [made, predicted, factor, again, asked, free, any, unlisted, dynamic, text, untypedRef, ownRef, ownItems, choice, anyName, options]
}

export async function wrong() {
  const model = await python.ref('shop.train')
  // @ts-expect-error a wrong type
  await python.call('shop.later', { s: 'a' })
  // @ts-expect-error a wrong name of an argument
  await python.call('shop.later', { seconds: 1 })
  // @ts-expect-error a missing argument
  await python.call('shop.later', {})
  // @ts-expect-error no arguments
  await python.call('shop.later')
  // @ts-expect-error too many arguments
  await python.call('shop.later', [1, 2])
  // @ts-expect-error a wrong name
  await python.call('shop.latter', { s: 1 })
  // @ts-expect-error a wrong argument, although the type of the result is expected
  const late: number = await python.call('shop.later', { s: 'a' })
  // @ts-expect-error a wrong name, although the type of the result is expected
  const latter: number = await python.call('shop.latter', { s: 1 })
  // @ts-expect-error no arguments, although the type of the result is expected
  const nothing: number = await python.call('shop.later')
  // @ts-expect-error a wrong argument, although the class of the reference is expected
  const trained: typeof model = await python.ref('shop.train', { epochs: 'a' })
  // @ts-expect-error a wrong argument, although the type of the items is expected
  const steps: AsyncGenerator<Record<string, number>> = python.stream('shop.steps', ['a'])
  // @ts-expect-error positional only
  await python.call('shop.make', { name: 'a', price: new Decimal('1') })
  // @ts-expect-error a wrong positional argument beside a keyword
  await python.call('shop.make', { '*': [1], price: new Decimal('1') })
  // @ts-expect-error a method that the class does not have
  await model.call('predct', { values: [1] })
  // @ts-expect-error a wrong argument of a method
  await model.call('predict', { values: ['a'] })
  // @ts-expect-error a reference to another class
  await python.call('shop.score', [await python.ref('shop.row'), 1])
  // @ts-expect-error a wrong literal
  await python.call('shop.total', { items: [], currency: 'GBP' })
  // @ts-expect-error a callback that takes something else
  await python.call('shop.ask', { llm: (prompt: number) => 'a', color: 'red' })
  return [late, latter, nothing, trained, steps]
}

export async function shown() {
  await python.call('shop.later', { s: 'a' })
  await python.call('shop.latr', { s: 1 })
  await python.call('shop.later')
}
`

describe('the generated file', () => {
  test('is checked by the compiler, argument by argument', { timeout: 300_000 }, async () => {
    const program = await describeModules('./shop.py')
    const text = typesFile(program, SETTINGS)
    expect(typesFile(await describeModules('./shop.py'), SETTINGS)).toBe(text)
    const errors = await compile({ 'python.d.ts': text, 'calls.ts': CALLS })
    const lines = errors.split('\n').filter((line) => !line.startsWith(' '))
    expect(lines.map((line) => line.replace(/^calls\.ts\(\d+,(\d+)\)/, '$1'))).toEqual([
      "37: error TS2322: Type 'string' is not assignable to type 'number | Float'.",
      `21: error TS2345: Argument of type '"shop.latr"' is not assignable to parameter of type '"shop.later"'.`,
      "21: error TS2345: Argument of type 'string' is not assignable to parameter of type 'ArgumentsMissing<{ s: number | Float; }>'.",
    ])
  })

  test('holds docstrings, reasons, and nothing that changes from run to run', async () => {
    const text = typesFile(await describeModules('./shop.py'), {
      ...SETTINGS,
      strict: true,
      entries: ['fixtures', 'jest'],
    })
    expect(text).toContain('   * @param items What was bought.')
    expect(text).toContain('   * @throws ValueError if there are none')
    expect(text).toContain("unknown /* hidden.Thing isn't imported when the program runs */")
    expect(text).toContain("declare module 'vitest-environment-python/jest' {")
    expect(text).toContain('strict: true')
    expect(text).not.toContain(root)
    expect(text).not.toMatch(/\b20\d\d-/)
  })
})

test('a comment lists the overloads that were united', () => {
  const key = { name: 'key', kind: 'either', optional: false, type: { type: 'str' } } as const
  const more = { name: 'more', kind: 'rest', optional: false, type: { type: 'int' } } as const
  const doc = { summary: '', parameters: {}, returns: '', raises: [] }
  const calls = [
    { parameters: [key], returns: { type: 'int' } },
    { parameters: [{ ...key, optional: true }, more], returns: { type: 'list', of: { type: 'str' } } },
  ]
  const file = (variants: typeof calls) =>
    typesFile({ modules: ['m'], functions: { 'm.get': { doc, calls: variants } }, classes: {} }, SETTINGS)
  expect(file(calls)).toContain(`  'm.get': {
    // The union of 2 overloads:
    //   (key: string) => number
    //   (key?: string, *more: number | bigint) => string[]
    arguments: {`)
  expect(file(calls.slice(0, 1))).not.toContain('overloads')
})

test('names that every object of JavaScript has are names like others', { timeout: 300_000 }, async () => {
  const text = typesFile(await describeModules('./names.py'), SETTINGS)
  expect(text).toContain("'names.constructor': {")
  expect(text).toContain('constructor: number | bigint')
  const calls = `
import type { PythonClient } from 'vitest-environment-python/fixtures'
declare const python: PythonClient
const made = await python.ref('names.constructor', { constructor: 1, hasOwnProperty: 'a', arguments: 'b' })
export const value: number = await made.get('valueOf')
`
  expect(await compile({ 'python.d.ts': text, 'calls.ts': calls })).toBe('')
})

/** The expression that makes a value which the bridge delivered. */
function expression(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' || value === null || value === undefined)
    return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(expression).join(', ')}]`
  if (value instanceof Map) {
    // The compiler infers no union of keys for a literal.
    const kind = typeof [...value.keys()][0]
    const same = [...value].filter(([key]) => typeof key === kind)
    return `new Map([${same.map(([key, one]) => `[${expression(key)}, ${expression(one)}]`).join(', ')}])`
  }
  if (value instanceof Set) return `new Set([${[...value].map(expression).join(', ')}])`
  if (Buffer.isBuffer(value)) return `Buffer.from('')`
  if (value instanceof Date) return 'new Date(0)'
  if (value instanceof TimeDelta) return 'new TimeDelta(1)'
  for (const kind of [Decimal, Uuid, PlainDate, PlainDateTime, PlainTime])
    if (value instanceof kind) return `new ${kind.name}(${JSON.stringify(String(value))})`
  const fields = Object.entries(value).map(([key, one]) => `[${JSON.stringify(key)}]: ${expression(one)}`)
  return `{ ${fields.join(', ')} }`
}

test('the types are true: values that the bridge delivers have the generated types', {
  timeout: 300_000,
}, async () => {
  const program = await describeModules('./drawn.py')
  const code = `import sys; sys.path.insert(0, ${JSON.stringify(fixture)}); import drawn; drawn.draw(${JSON.stringify(join(root, 'python'))})`
  const { stdout } = await execa(await developmentPython(), ['-c', code], { cwd: root })
  const drawn = stdout.split('\n').map((line) => JSON.parse(line) as [string, string])
  expect(new Set(drawn.map(([name]) => name)).size).toBeGreaterThan(30)
  const seen = [
    ...new Set(
      drawn.map(
        ([name, hex]) => `['drawn.${name}', ${expression(decode(Buffer.from(hex, 'hex'), carrier))}]`,
      ),
    ),
  ]
  const lines = seen.map((line) => {
    const [name, value] = [line.slice(1, line.indexOf(',')), line.slice(line.indexOf(',') + 2, -1)]
    return `;(${value}) satisfies PythonFunctions[${name}]['returns']`
  })
  const classes = 'Decimal, PlainDate, PlainDateTime, PlainTime, TimeDelta, Uuid'
  const head = `import { ${classes}, type PythonFunctions } from 'vitest-environment-python/fixtures'\nvoid [${classes}]\n`
  const wrong = `// @ts-expect-error a control\n;('a') satisfies PythonFunctions['drawn.integer']['returns']\n`
  expect(
    await compile({
      'python.d.ts': typesFile(program, SETTINGS),
      'values.ts': `${head}${lines.join('\n')}\n${wrong}`,
    }),
  ).toBe('')
})

const carrier = new Proxy({} as never, {
  get: () => () => {
    throw new Error('no value of these types needs a session')
  },
})
