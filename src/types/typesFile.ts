import { functionEntry, indent } from './callText.ts'
import type { ClassDescription, ProgramDescription, RecordDescription } from './description.ts'
import { docComment } from './docText.ts'
import { typeNames } from './typeNames.ts'
import { key, marks, type TypeSettings, TypeWriter } from './typeText.ts'

const PACKAGE = 'vitest-environment-python'
const IMPORTED = [
  'ArrowTable',
  'DataFrame',
  'Decimal',
  'Float',
  'NdArray',
  'PlainDate',
  'PlainDateTime',
  'PlainTime',
  'PythonObject',
  'PythonRef',
  'Series',
  'TimeDelta',
  'Uuid',
]

export interface FileSettings extends TypeSettings {
  /** Entries of the package whose functions get types: `fixtures`, `jest`. */
  readonly entries: readonly string[]
  /** Whether other names are errors. */
  readonly strict: boolean
}

/** The text of the generated file. It depends on nothing but the program and the settings. */
export function typesFile(program: ProgramDescription, settings: FileSettings): string {
  const names = typeNames(program)
  const writer = new TypeWriter(program, names, settings)
  const functions = sorted(program.functions).map(([name, described]) =>
    functionEntry(name, described, writer),
  )
  const declared = sorted(program.classes).map(([name, described]) =>
    described.kind === 'record'
      ? recordText(names.get(name) as string, described, writer)
      : classText(names.get(name) as string, described, writer),
  )
  const body = [
    ...declared.filter(Boolean),
    ...inputs(program, names, writer),
    block('interface Functions', functions),
    ...settings.entries.map((entry) => augmentation(entry, program, settings)),
  ].join('\n\n')
  const used = IMPORTED.filter((name) => new RegExp(`\\b${name}\\b`).test(body))
  const from = `${PACKAGE}/${settings.entries[0]}`
  return `${[
    '// Made by `npx vitest-python types` from the annotations of your Python modules. Do not edit.',
    '/* eslint-disable */',
    used.length > 0 ? `import type { ${used.join(', ')} } from '${from}'` : `import type {} from '${from}'`,
    '',
    body,
  ].join('\n')}\n`
}

function augmentation(entry: string, program: ProgramDescription, { strict }: FileSettings): string {
  const modules = [...program.modules].sort().map((name) => `${key(name)}: true`)
  const parts = ['interface PythonFunctions extends Functions {}', block('interface PythonModules', modules)]
  if (strict) parts.push(block('interface PythonTyping', ['strict: true']))
  return block(`declare module '${PACKAGE}/${entry}'`, parts)
}

function recordText(name: string, described: RecordDescription, writer: TypeWriter): string {
  if (described.is) return ''
  const fields = writer.fields(described.fields, 'result', described.open)
  return `${docComment(described.doc)}${block(`export interface ${name}`, fields)}`
}

function classText(name: string, described: ClassDescription, writer: TypeWriter): string {
  if (described.open) return ''
  const methods = sorted(described.methods).map(([method, each]) => functionEntry(method, each, writer))
  const attributes = sorted(described.attributes).map(
    ([attribute, type]) => `${key(attribute)}: ${writer.text(type, 'result')}`,
  )
  const parts = [
    `is: ${marks(described.bases)}`,
    block('methods:', methods),
    block('attributes:', attributes),
    'closed: true',
  ]
  return `${docComment(described.doc)}${block(`export interface ${name}`, parts)}`
}

/** The classes that can be sent as objects, as far as arguments use them. Each may need more of them. */
function inputs(
  program: ProgramDescription,
  names: ReadonlyMap<string, string>,
  writer: TypeWriter,
): string[] {
  const written = new Map<string, string>()
  for (const name of writer.inputs) {
    const described = program.classes[name] as RecordDescription
    const fields = writer.fields(described.fields, 'argument', described.open)
    written.set(name, block(`export interface ${names.get(name)}Input`, fields))
  }
  return sorted(Object.fromEntries(written)).map(([, text]) => text)
}

function block(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? `${head} {}` : `${head} {\n${lines.map(indent).join('\n')}\n}`
}

function sorted<T>(object: Record<string, T>): [string, T][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}
