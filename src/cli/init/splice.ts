import type { Located, Node } from './locate.ts'

/** Text to insert at `at` or, with `end`, to replace a range with. The rest of the file keeps its format. */
export interface Insertion {
  at: number
  end?: number
  text: string
}

/** Applies all insertions. */
export function splice(code: string, insertions: Insertion[]): string {
  const last = [...insertions].sort((a, b) => b.at - a.at)
  const end = code.includes('\r\n') ? '\r\n' : '\n'
  return last.reduce(
    (text, { at, end: until = at, text: more }) =>
      text.slice(0, at) + more.replaceAll('\n', end) + text.slice(until),
    code,
  )
}

/** A line after the last import, or at the top, in the style of the other imports. */
export function insertImport(code: string, { imports }: Located, names: string, from: string): Insertion {
  const last = imports.at(-1)
  const example = last ? code.slice(last.start, last.end) : code
  const quote = example.includes('"') && !example.includes("'") ? '"' : "'"
  const line = `import ${names} from ${quote}${from}${quote}${/;\s*$/m.test(example) ? ';' : ''}`
  return last ? { at: last.end, text: `\n${line}` } : { at: 0, text: `${line}\n\n` }
}

/** Properties before the existing ones. */
export function insertProperty(code: string, object: Node, ...properties: string[]): Insertion {
  const at = object.start + 1
  const [first] = object['properties'] as Node[]
  if (!first) return { at, text: ` ${properties.join(', ')} ` }
  const isSpread = code.slice(at, first.start).includes('\n')
  const before = isSpread ? `\n${indentAt(code, first.start)}` : ' '
  return { at, text: properties.map((property) => `${before}${property},`).join('') }
}

/** Properties after the existing ones, of which there is at least one, and after their comments. */
export function appendProperty(code: string, object: Node, ...properties: string[]): Insertion {
  const last = (object['properties'] as Node[]).at(-1) as Node
  const rest = code.slice(last.end, object.end - 1).replaceAll('\r\n', '\n')
  const kept = /^\s*,/.test(rest) ? rest : `,${rest}`
  if (!rest.includes('\n'))
    return { at: last.end, end: object.end - 1, text: `${kept.trimEnd()} ${properties.join(', ')} ` }
  const indent = indentAt(code, last.start)
  const lines = properties.map((property) => `\n${indent}${property},`)
  const end = /\n[\t ]*$/.exec(rest)?.[0] ?? ''
  return { at: last.end, end: object.end - 1, text: `${kept.trimEnd()}${lines.join('')}${end}` }
}

/** An element after the existing ones. */
export function insertElement(code: string, array: Node, element: string): Insertion {
  const last = (array['elements'] as (Node | null)[]).at(-1)
  if (!last) return { at: array.start + 1, text: element }
  const isSpread = code.slice(last.end, array.end).includes('\n')
  return { at: last.end, text: isSpread ? `,\n${indentAt(code, last.start)}${element}` : `, ${element}` }
}

function indentAt(code: string, at: number): string {
  return /[\t ]*$/.exec(code.slice(0, at))?.[0] ?? ''
}
