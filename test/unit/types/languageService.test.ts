import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import type { FunctionDescription } from '../../../src/types/description.ts'
import { typesFile } from '../../../src/types/typesFile.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  types: [],
  paths: { 'vitest-environment-python/*': [`${root}src/environment/vitest/*.ts`] },
}

const total: FunctionDescription = {
  doc: { summary: 'Adds up.', parameters: { currency: 'Three letters.' }, returns: '', raises: [] },
  calls: [
    {
      parameters: [
        { name: 'items', kind: 'either', optional: false, type: { type: 'list', of: { type: 'str' } } },
        { name: 'currency', kind: 'keyword', optional: true, type: { type: 'str' } },
      ],
      returns: { type: 'int' },
    },
  ],
}
const TYPES = typesFile(
  { modules: ['shop'], functions: { 'shop.total': total, 'shop.nothing': total }, classes: {} },
  { entries: ['fixtures'], strict: false, int: 'number' },
)

const registry = ts.createDocumentRegistry()

/** What an editor shows at the cursor, written as `|`. */
function at(line: string) {
  const calls = `${root}.cache/editor/calls.ts`
  const head = `import type { PythonClient } from 'vitest-environment-python/fixtures'
declare const python: PythonClient
`
  const files: Record<string, string> = {
    [calls]: head + line.replace('|', ''),
    [`${root}.cache/editor/python.d.ts`]: TYPES,
  }
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => Object.keys(files),
    // The registry shares a file between the services as long as its version is the same.
    getScriptVersion: (path) => files[path] ?? '',
    getScriptSnapshot: (path) => {
      const text = files[path] ?? ts.sys.readFile(path)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path in files || ts.sys.fileExists(path),
    readFile: (path) => files[path] ?? ts.sys.readFile(path),
  }
  const service = ts.createLanguageService(host, registry)
  const position = head.length + line.indexOf('|')
  const info = service.getQuickInfoAtPosition(calls, position)
  return {
    completions: service
      .getCompletionsAtPosition(calls, position, {})
      ?.entries.map(({ name }) => name)
      .sort(),
    documentation: ts.displayPartsToString(info?.documentation),
    type: ts.displayPartsToString(info?.displayParts),
  }
}

test.each(['call', 'ref', 'stream'])('%s completes names of functions', (method) => {
  // The compiler adds the text that is there already.
  expect(at(`python.${method}('|')`).completions).toEqual(['', 'shop.nothing', 'shop.total'])
  expect(at(`python.${method}('sh|', {})`).completions).toEqual(['sh', 'shop.nothing', 'shop.total'])
})

test('completes names of arguments', () => {
  expect(at(`python.call('shop.total', { | })`).completions).toEqual(['currency', 'items'])
  expect(at(`python.call('shop.total', { items: [], | })`).completions).toEqual(['currency'])
})

test('shows the docstring and the type of an argument', () => {
  const named = at(`python.call('shop.total', { items: [], curr|ency: 'EUR' })`)
  expect(named).toMatchObject({
    documentation: 'Three letters.',
    type: '(property) currency?: string | undefined',
  })
})

test('shows the type of a result', () => {
  expect(at(`const sum| = await python.call('shop.total', [[]])`).type).toBe('const sum: number')
})
