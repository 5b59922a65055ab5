import { stripVTControlCharacters } from 'node:util'

/**
 * Characters that move a terminal's cursor, change its settings or the order of its text: C0 and C1, line separators, and
 * the marks of bidirectional text.
 */
const CONTROLS = '\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069'
const CONTROL = new RegExp(`[${CONTROLS}]`, 'g')
/** The colors that our own texts have, line ends and tabs; else a control character. */
const COLOR_OR_CONTROL = new RegExp(`\\u001b\\[(?:0|1|2|22|3\\d|9\\d)m|[${CONTROLS}]`, 'g')

/**
 * Makes text of others harmless, such as the title of a process: one line, in which control characters are shown as
 * `\x1b` and CI services find no command.
 */
export function safeText(text: string): string {
  return defuse(text.replace(CONTROL, escapeControl))
}

/** The same for text of several lines, such as a log. Its colors are dropped, so that it stays readable. */
export function safeLines(text: string): string {
  const lines = stripVTControlCharacters(text.replace(/\r\n?/g, '\n')).split('\n')
  return lines.map((line) => defuse(line.replace(CONTROL, keepTab))).join('\n')
}

/** The last step before our own texts are printed: keeps their colors, and makes everything else harmless. */
export function printable(text: string): string {
  const shown = text.replace(COLOR_OR_CONTROL, (found) =>
    found.length > 1 || found === '\n' ? found : keepTab(found),
  )
  return shown.split('\n').map(defuse).join('\n')
}

/** JSON that is safe to print: the same value, with more escapes than `JSON.stringify` uses. */
export function printableJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2).replace(CONTROL, (found) =>
    found === '\n' ? found : unicode(found),
  )
  return text.replaceAll('##', '#\\u0023')
}

/**
 * Breaks the commands that CI services look for in a log: `::error::` at the start of a line (GitHub), and `##[error]`,
 * `##vso[…]` and `##teamcity[…]` anywhere (GitHub, Azure Pipelines, TeamCity).
 */
function defuse(line: string): string {
  return line.replace(/^(\s*):(?=:)/, '$1: ').replace(/#(?=#\w*\[)/g, '# ')
}

function keepTab(found: string): string {
  return found === '\t' ? found : escapeControl(found)
}

const NAMES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeControl(found: string): string {
  const code = found.charCodeAt(0)
  return NAMES[found] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : unicode(found))
}

function unicode(found: string): string {
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`
}
