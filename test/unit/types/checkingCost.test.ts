import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { manyCalls, manyFunctions } from '../../support/manyFunctions.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  types: [],
  paths: { 'vitest-environment-python/*': [`${root}src/environment/vitest/*.ts`] },
}
const parsed = new Map<string, ts.SourceFile | undefined>()

/** What the compiler creates when it checks the first calls of a program. The counts are the same on every machine. */
function count(functions: number, calls: number) {
  const files: Record<string, string> = {
    [`${root}.cache/count/calls.ts`]: `import type { PythonClient } from 'vitest-environment-python/fixtures'
declare const python: PythonClient
${manyCalls(calls)}`,
    ...(functions > 0 ? { [`${root}.cache/count/python.d.ts`]: manyFunctions(functions) } : {}),
  }
  const host = ts.createCompilerHost(OPTIONS)
  const { fileExists, getSourceFile, readFile } = host
  host.fileExists = (path) => path in files || fileExists(path)
  host.readFile = (path) => files[path] ?? readFile(path)
  host.getSourceFile = (path, ...rest) => {
    if (files[path] !== undefined) return ts.createSourceFile(path, files[path], ts.ScriptTarget.ESNext)
    if (!parsed.has(path)) parsed.set(path, getSourceFile(path, ...rest))
    return parsed.get(path)
  }
  const program = ts.createProgram(Object.keys(files), OPTIONS, host)
  const errors = program.getSemanticDiagnostics(program.getSourceFile(Object.keys(files)[0]!))
  expect(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  return {
    symbols: program.getSymbolCount(),
    types: program.getTypeCount(),
    instantiations: program.getInstantiationCount(),
  }
}

type Counts = ReturnType<typeof count>

function perCall(calls: number, more: Counts, less: Counts) {
  const each = (key: keyof Counts) => Math.round((more[key] - less[key]) / calls)
  return { symbols: each('symbols'), types: each('types'), instantiations: each('instantiations') }
}

/** Measured: 11 symbols, 10 types and 96 instantiations; without types 11, 8 and 41. A tuple type has 42 symbols. */
const LIMITS: Counts = { symbols: 16, types: 14, instantiations: 110 }

test('a typed call costs the compiler little, however many functions there are', { timeout: 120_000 }, () => {
  const few = perCall(100, count(200, 200), count(200, 100))
  const many = perCall(100, count(800, 200), count(800, 100))
  expect(many).toEqual(few)
  for (const [name, limit] of Object.entries(LIMITS)) {
    expect(few[name as keyof Counts], name).toBeLessThanOrEqual(limit)
    // Control: the calls were checked against types.
    expect(few[name as keyof Counts], name).toBeGreaterThan(limit / 3)
  }
})
