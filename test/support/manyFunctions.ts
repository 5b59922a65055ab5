import type { FunctionDescription, TypeDescription } from '../../src/types/description.ts'
import { typesFile } from '../../src/types/typesFile.ts'

const MODULES = 20

const TEXT: TypeDescription = { type: 'str' }
const INT: TypeDescription = { type: 'int' }
const RESULTS: TypeDescription[] = [
  INT,
  { type: 'list', of: TEXT },
  { type: 'dict', key: TEXT, value: INT },
  { type: 'tuple', of: [TEXT, INT] },
]

/** Names of functions in 20 modules. */
export function manyNames(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `module_${index % MODULES}.function_${Math.floor(index / MODULES)}`,
  )
}

/** The generated types of that many functions. */
export function manyFunctions(count: number): string {
  const modules = Array.from({ length: MODULES }, (_, index) => `module_${index}`)
  const functions = Object.fromEntries(manyNames(count).map((name, index) => [name, describe(index)]))
  return typesFile(
    { modules, functions, classes: {} },
    { entries: ['fixtures'], strict: false, int: 'number' },
  )
}

/** A function that calls each of the first functions. */
export function manyCalls(count: number): string {
  const calls = manyNames(count).map(
    (name, index) => `  await python.call('${name}', { text: 'a', top: ${index} })`,
  )
  return `export async function call() {\n${calls.join('\n')}\n}\n`
}

function describe(index: number): FunctionDescription {
  return {
    doc: { summary: `Function ${index}.`, parameters: {}, returns: '', raises: [] },
    calls: [
      {
        parameters: [
          { name: 'text', kind: 'either', optional: false, type: TEXT },
          { name: 'words', kind: 'either', optional: true, type: { type: 'list', of: TEXT } },
          { name: 'top', kind: 'keyword', optional: true, type: INT },
        ],
        returns: RESULTS[index % RESULTS.length] as TypeDescription,
      },
    ],
  }
}
