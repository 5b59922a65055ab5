import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The text of a file, by its path from the project's root. */
export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The documents that users read, by their paths from the project's root. */
export const pages = ['README.md', ...markdownIn('docs')]

function markdownIn(directory: string): string[] {
  const names = readdirSync(join(root, directory)).filter((name) => name.endsWith('.md'))
  return names.sort().map((name) => `${directory}/${name}`)
}

/** A code block that is marked as part of a file. */
export interface Excerpt {
  path: string
  text: string
}

/** The code blocks that follow `<!-- excerpt: path -->`. */
export function excerpts(markdown: string): Excerpt[] {
  const blocks = markdown.matchAll(/^<!-- excerpt: (.+?) -->\n```\w*\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, path = '', text = '']) => ({ path, text }))
}

/**
 * The paragraphs of an excerpt that aren't in the file, in the excerpt's order. A paragraph must be in the file as a
 * whole, except that an excerpt may leave out imports that it doesn't need.
 */
export function drift({ path, text }: Excerpt, source = read(path)): string[] {
  const file = `\n${source}\n`
  let from = 0
  return paragraphs(text).filter((paragraph) => {
    const pieces = isImports(paragraph) ? paragraph.split('\n') : [paragraph]
    for (const piece of pieces) {
      const found = file.indexOf(`\n${piece}\n`, from)
      if (found < 0) return true
      from = found + piece.length
    }
    return false
  })
}

function paragraphs(text: string): string[] {
  return text.trim().split(/\n{2,}/)
}

function isImports(paragraph: string): boolean {
  return paragraph.split('\n').every((line) => /^(import|from) /.test(line))
}

/** The dead links of a document: to a file that doesn't exist, or to a heading that the file doesn't have. */
export function deadLinks(path: string, markdown = read(path)): string[] {
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return links.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [file = '', anchor] = target.split('#')
    const linked = join(root, dirname(path), file)
    if (file !== '' && !existsSync(linked)) return true
    if (anchor === undefined) return false
    return !anchors(file === '' ? markdown : readFileSync(linked, 'utf8')).includes(anchor)
  })
}

/** The anchors of a document's headings. */
function anchors(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text)
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** The rows of the table whose first column has this heading, with trimmed cells. */
export function table(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `))
  const rows = lines.slice(start + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
