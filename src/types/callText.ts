import { own } from '../support/own.ts'
import type { CallDescription, Doc, FunctionDescription, Parameter } from './description.ts'
import { docComment } from './docText.ts'
import { key, type TypeWriter, union } from './typeText.ts'

/** The entry of a function: its arguments, its result and, if it is streamed, its items. */
export function functionEntry(name: string, { doc, calls }: FunctionDescription, writer: TypeWriter): string {
  const forms = calls.map((call) => argumentForms(call, doc, writer))
  const named = forms.flatMap((form) => form.named)
  const positional = forms.flatMap((form) => form.positional)
  const properties = [`arguments: ${union(named.length > 0 ? named : positional)}`]
  if (named.length > 0 && positional.length > 0) properties.push(`positional: ${union(positional)}`)
  properties.push(`returns: ${union(calls.map((call) => returnsText(call, writer)))}`)
  const yields = calls.flatMap((call) => (call.yields ? [writer.text(call.yields, 'result')] : []))
  if (yields.length > 0) properties.push(`yields: ${union(yields)}`)
  const references = new Set(calls.map((call) => writer.reference(call.returns)))
  const [reference] = references
  if (references.size === 1 && reference !== undefined) properties.push(`ref: ${reference}`)
  const lines = [...overloadsComment(calls, writer), ...properties]
  return `${docComment(doc)}${key(name)}: {\n${lines.map(indent).join('\n')}\n}`
}

/** Which arguments lead to which result, because the union of the overloads no longer tells. */
function overloadsComment(calls: readonly CallDescription[], writer: TypeWriter): string[] {
  if (calls.length < 2) return []
  const lines = calls.map((call) => `//   ${signatureText(call, writer).replace(/\s+/g, ' ')}`)
  return [`// The union of ${calls.length} overloads:`, ...lines]
}

function signatureText({ parameters, returns, yields }: CallDescription, writer: TypeWriter): string {
  const text = ({ name, kind, optional, type }: Parameter) => {
    const head = { rest: '*', more: '**' }[kind as string] ?? ''
    return `${head}${name}${optional && head === '' ? '?' : ''}: ${writer.argument(type)}`
  }
  const result = yields ? `yields ${writer.text(yields, 'result')}` : writer.text(returns, 'result')
  return `(${parameters?.map(text).join(', ') ?? '…'}) => ${result}`
}

function returnsText({ returns, yields }: CallDescription, writer: TypeWriter): string {
  return yields ? 'never /* use python.stream */' : writer.text(returns, 'result')
}

/** The forms in which the arguments of one call can be given. */
interface ArgumentForms {
  /** All by name, or none. */
  readonly named: string[]
  /** All by position, or some with the key `*`. */
  readonly positional: string[]
}

function argumentForms({ parameters }: CallDescription, doc: Doc, writer: TypeWriter): ArgumentForms {
  if (!parameters)
    return { named: ['Readonly<Record<string, unknown>>', 'undefined'], positional: ['readonly unknown[]'] }
  const of = (...kinds: Parameter['kind'][]) => parameters.filter(({ kind }) => kinds.includes(kind))
  const [first, either, named] = [of('positional'), of('either'), of('keyword')]
  const [rest] = of('rest')
  const [more] = of('more')
  const object = (positional: Parameter[], keywords: Parameter[], spread?: Parameter) =>
    objectText({ positional, keywords, rest: spread, more, doc, writer })
  const mixed: string[] = []
  if (first.length > 0 && either.length > 0) mixed.push(object(first, [...either, ...named]))
  if (first.length + either.length > 0 || rest)
    if (named.length > 0 || more) mixed.push(object([...first, ...either], named, rest))
  const needsPositions = first.some(({ optional }) => !optional)
  const needsNames = named.some(({ optional }) => !optional)
  const required = parameters.some(({ kind, optional }) => kind !== 'rest' && kind !== 'more' && !optional)
  return {
    named: [
      ...(needsPositions ? [] : [object([], [...either, ...named])]),
      ...(required ? [] : ['undefined']),
    ],
    positional: [...(needsNames ? [] : [tuple([...first, ...either], rest, writer)]), ...mixed],
  }
}

function tuple(positional: readonly Parameter[], rest: Parameter | undefined, writer: TypeWriter): string {
  const elements = positional.map(
    ({ name, optional, type }) => `${label(name)}${optional ? '?' : ''}: ${writer.argument(type)}`,
  )
  if (rest) elements.push(`...${label(rest.name)}: (${writer.argument(rest.type)})[]`)
  return `[${elements.join(', ')}]`
}

/** Words that cannot be labels of a tuple's elements. */
const RESERVED = new Set(
  `break case catch class const continue debugger default delete do else enum export extends false finally for function if
  import in instanceof new null return super switch this throw true try typeof var void while with`.split(
    /\s+/,
  ),
)

function label(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name
}

interface ObjectForm {
  positional: readonly Parameter[]
  keywords: readonly Parameter[]
  rest: Parameter | undefined
  more: Parameter | undefined
  doc: Doc
  writer: TypeWriter
}

function objectText({ positional, keywords, rest, more, doc, writer }: ObjectForm): string {
  const lines = keywords.map(({ name, optional, type }) => {
    const about = own(doc.parameters, name)
    const hint = about ? `/** ${about.replaceAll('*/', '*\\/')} */\n` : ''
    return `${hint}${key(name)}${optional ? '?' : ''}: ${writer.argument(type)}`
  })
  const only = lines.length === 0 && more
  if (positional.length > 0 || rest) lines.unshift(`'*': ${tuple(positional, rest, writer)}`)
  // An index signature must allow for every property.
  if (more)
    lines.push(
      `[name: string]: ${only && positional.length === 0 && !rest ? writer.argument(more.type) : 'unknown'}`,
    )
  return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.map(indent).join('\n')}\n}`
}

export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
