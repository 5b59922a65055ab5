import type { Doc } from './description.ts'

/** A docstring as a TSDoc comment with a line break behind it; empty if there is none. */
export function docComment(doc: Doc | string): string {
  const { summary, parameters, returns, raises } =
    typeof doc === 'string' ? { summary: doc, parameters: {}, returns: '', raises: [] } : doc
  const tags = [
    ...Object.entries(parameters).map(([name, text]) => `@param ${name} ${text}`),
    ...(returns ? [`@returns ${returns}`] : []),
    ...raises.map(([type, text]) => `@throws ${type} ${text}`),
  ]
  const parts = [summary, tags.join('\n')].filter(Boolean).join('\n\n')
  if (parts === '') return ''
  const lines = parts
    .replaceAll('*/', '*\\/')
    .split('\n')
    .map((line) => line.trimEnd())
  if (lines.length === 1) return `/** ${lines[0]} */\n`
  return `/**\n${lines.map((line) => (line ? ` * ${line}` : ' *')).join('\n')}\n */\n`
}
