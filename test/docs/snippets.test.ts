import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { developmentPython } from '../../scripts/development-python.mjs'
import { pages, read } from './markdown.ts'
import { allSnippets, filesToCompile, filesToRun, type Snippet, snippets } from './snippets.ts'

const of = (language: string) => allSnippets.filter((snippet) => snippet.language === language)

/** The complaints of Python and ruff about these blocks. */
async function problemsOf(blocks: Snippet[]): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'vp-'))
  try {
    for (const [index, { text }] of blocks.entries()) writeFileSync(join(directory, `block${index}.py`), text)
    const python = await developmentPython()
    const options = { all: true, reject: false, cwd: directory } as const
    const checks = [
      await execa(python, ['-m', 'compileall', '-q', '.'], options),
      await execa(python, ['-m', 'ruff', 'check', '--isolated', '--quiet', '--select=E9,F', '.'], options),
    ]
    return checks.map(({ all }) => all).join('')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

describe('code in the documents', () => {
  test('uses languages that are checked', () => {
    const languages = new Set(allSnippets.map(({ language }) => language))
    expect([...languages].sort()).toEqual(
      ['js', 'json', 'python', 'sh', 'text', 'toml', 'ts', 'yaml'].filter((name) => languages.has(name)),
    )
  })

  test('in Python is correct', async () => {
    expect(await problemsOf(of('python'))).toBe('')
  })

  test('in Python fails with a mistake', async () => {
    const broken = { page: '', language: 'python', context: '', text: 'def f(:\n' }
    expect(await problemsOf([broken])).toContain('SyntaxError')
    expect(await problemsOf([{ ...broken, text: 'print(undefined)\n' }])).toContain('F821')
  })

  test.each(of('json'))('in JSON in $page is correct', ({ text }) => {
    expect(() => JSON.parse(text)).not.toThrow()
  })

  test.each(of('yaml'))('in YAML in $page is correct, and always verifies', ({ text }) => {
    const { jobs, test: job } = parse(text)
    const [steps, always] = jobs
      ? [jobs.test.steps, (step: object) => 'if' in step]
      : [job.after_script, () => true]
    expect(JSON.stringify(steps.filter(always))).toContain('npx vitest-python verify')
  })

  test('names existing commands and options', () => {
    const main = read('src/cli/main.ts')
    const named = pages.flatMap((page) => [
      ...read(page).matchAll(/npx vitest-python ([a-z]+)((?: --[a-z-]+)*)/g),
    ])
    expect(named.length).toBeGreaterThan(5)
    for (const [whole, command, options = ''] of named) {
      const its = main.split('.command(').find((text) => text.startsWith(`'${command}'`)) ?? ''
      const missing = options.split(' ').filter((option) => !its.includes(option))
      expect({ whole, there: its !== '', missing }).toEqual({ whole, there: true, missing: [] })
    }
  })

  test.each(of('js'))('in JavaScript in $page is correct', ({ text }) => {
    expect(ts.transpileModule(text, { reportDiagnostics: true }).diagnostics).toEqual([])
  })

  test('in TypeScript says what surrounds it', () => {
    expect(Object.keys(filesToCompile()).length).toBeGreaterThan(3)
    const bare = snippets('page.md', '```ts\npython.call()\n```\n')
    expect(() => filesToCompile(bare)).toThrow(/page.md: say what surrounds this/)
  })

  test('that is run has tests and their Python', () => {
    const names = Object.keys(filesToRun())
    expect(names.filter((name) => name.endsWith('.test.ts')).length).toBeGreaterThan(1)
    expect(names.filter((name) => name.startsWith('python/')).length).toBeGreaterThan(1)
  })
})
