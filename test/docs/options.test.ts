import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { optionsPage } from '../../scripts/options-page.mjs'
import { resolveOptions } from '../../src/options/options.ts'
import { optionNames } from '../../src/options/schema.ts'
import { read, table } from './markdown.ts'

test('docs/options.md matches the output of npm run generate', async () => {
  expect(read('docs/options.md')).toBe(await optionsPage())
})

describe.each(['docs/options.md', 'README.md'])('the option table of %s', (page) => {
  const rows = table(read(page), 'option')
  // The default is in the second-to-last column.
  const documented = new Map(rows.map((row) => [unquoted(row[0] ?? ''), row.at(-2) ?? '']))

  test('has only rows of options', () => {
    expect([...documented.keys()].filter((name) => !optionNames.includes(name))).toEqual([])
  })

  /** Defaults that depend on the machine, in words. */
  const inWords: Record<string, unknown> = {
    found: undefined,
    none: undefined,
    'no file': undefined,
    'this machine': undefined,
    'with `--inspect`': undefined,
    "with the runner's coverage": undefined,
    '`sequence.seed`': undefined,
    "`'fork'` on Linux": process.platform === 'linux' ? 'fork' : 'spawn',
    '4 for each core, at least 8': Math.max(8, 4 * availableParallelism()),
    'test processes + 1, at most 8': Math.min(8, availableParallelism() + 1),
  }

  test.each([...documented])('gives the default of %s', (name, words) => {
    const stated = words in inWords ? inWords[words] : literal(words)
    const resolved = (options: object) => (resolveOptions(options) as Record<string, unknown>)[name]
    // A default may be a short form: `'fail'` is short for an object.
    expect(resolved({ [name]: stated })).toEqual(resolved({}))
  })
})

test('docs/options.md has a row for each option', () => {
  const names = table(read('docs/options.md'), 'option').map(([name = '']) => unquoted(name))
  expect(names.sort()).toEqual([...optionNames].sort())
})

function unquoted(cell: string): string {
  return cell.replaceAll('`', '')
}

/** Parses a value as the table writes it: `'test'`, `30_000`, `[]` or `{}`. */
function literal(cell: string): unknown {
  return JSON.parse(unquoted(cell).replaceAll("'", '"').replaceAll('_', ''))
}
