import type { Located, Node } from './locate.ts'

/** Text to put at a place, in front of what stands there or, with `end`, instead of it. Nothing else of the file is touched, so that its format stays. */
export interface Insertion {
  at: number
  end?: number
  text: string
}

/** Puts every text at its place. */
export function splice(code: string, insertions: Insertion[]): string {
  const last = [...insertions].sort((a, b) => b.at - a.at)
  const end = code.includes('\r\n') ? '\r\n' : '\n'
  return last.reduce(
    (text, { at, end: until = at, text: more }) =>
      text.slice(0, at) + more.replaceAll('\n', end) + text.slice(until),
    code,
  )
}

/** A line behind the last import, or in front of everything, quoted and ended as the other imports are. */
export function insertImport(code: string, { imports }: Located, names: string, from: string): Insertion {
  const last = imports.at(-1)
  const example = last ? code.slice(last.start, last.end) : code
  const quote = example.includes('"') && !example.includes("'") ? '"' : "'"
  const line = `import ${names} from ${quote}${from}${quote}${/;\s*$/m.test(example) ? ';' : ''}`
  return last ? { at: last.end, text: `\n${line}` } : { at: 0, text: `${line}\n\n` }
}

/** Properties in front of the others. */
export function insertProperty(code: string, object: Node, ...properties: string[]): Insertion {
  const at = object.start + 1
  const [first] = object['properties'] as Node[]
  if (!first) return { at, text: ` ${properties.join(', ')} ` }
  const isSpread = code.slice(at, first.start).includes('\n')
  const before = isSpread ? `\n${indentAt(code, first.start)}` : ' '
  return { at, text: properties.map((property) => `${before}${property},`).join('') }
}

/** An element behind the others. */
export function insertElement(code: string, array: Node, element: string): Insertion {
  const last = (array['elements'] as (Node | null)[]).at(-1)
  if (!last) return { at: array.start + 1, text: element }
  const isSpread = code.slice(last.end, array.end).includes('\n')
  return { at: last.end, text: isSpread ? `,\n${indentAt(code, last.start)}${element}` : `, ${element}` }
}

function indentAt(code: string, at: number): string {
  return /[\t ]*$/.exec(code.slice(0, at))?.[0] ?? ''
}
