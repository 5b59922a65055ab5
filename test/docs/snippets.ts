import { pages, read } from './markdown.ts'

/** A code block of a document. */
export interface Snippet {
  page: string
  language: string
  text: string
  /**
   * Text of the invisible comment in the line above: `excerpt: path` (part of a file, see `excerpts`), `run: path` (part
   * of a file that is run), `test` (body of a test), `config` (an expression in a configuration), or empty.
   */
  context: string
}

const FIXTURES = "import { test } from 'vitest-environment-python/fixtures'"

/** Wraps a block that isn't a module by itself. */
const AROUND: Record<string, (text: string) => string> = {
  test: (text) =>
    `import { expect, vi } from 'vitest'\n${FIXTURES}\n` +
    `test('', async ({ python, pythonPool, pythonFile }) => {\n${text}\nvoid [expect, vi, python, pythonPool, pythonFile]\n})\n`,
  config: (text) =>
    `import { python } from 'vitest-environment-python/vitest'\nexport default [\n${text.trimEnd()},\n]\n`,
}

/** The code blocks of a document, in order. */
export function snippets(page: string, markdown = read(page)): Snippet[] {
  const blocks = markdown.matchAll(/^(?:<!-- (.+?) -->\n)?```(\w+)\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, context = '', language = '', text = '']) => ({ page, language, text, context }))
}

/** The code blocks of all documents. */
export const allSnippets = pages.flatMap((page) => snippets(page))

/** Files that are run, by path. Blocks of one file are joined. */
export function filesToRun(from = allSnippets): Record<string, string> {
  const files: Record<string, string> = {}
  for (const { context, text } of from) {
    const path = /^run: (\S+)$/.exec(context)?.[1]
    if (path) files[path] = `${files[path] ? `${files[path]}\n` : ''}${text}`
  }
  return files
}

/** Files that are only compiled. */
export function filesToCompile(from = allSnippets): Record<string, string> {
  const blocks = from.filter(
    ({ language, context }) => language === 'ts' && !/^(run|excerpt): /.test(context),
  )
  return Object.fromEntries(
    blocks.map(({ page, text, context }, index) => {
      if (context === '' && !/^import /m.test(text)) {
        throw new Error(
          `${page}: say what surrounds this code, for example by <!-- test --> above it:\n${text}`,
        )
      }
      const around = AROUND[context] ?? ((same: string) => same)
      return [`${page.replaceAll(/\W/g, '-')}-${index}.ts`, around(text)]
    }),
  )
}
