import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { optionNames, resolveOptions } from '../../src/pool/options.ts'
import { deadLinks, drift, excerpts, read, table } from './markdown.ts'

const readme = read('README.md')

describe('the option table', () => {
  const rows = table(readme, 'option')
  const documented = new Map(rows.map(([name = '', , given = '']) => [unquoted(name), given]))

  test('has a row for each option, and for no other', () => {
    expect([...documented.keys()].sort()).toEqual([...optionNames].sort())
  })

  /** What depends on the machine, in the README's words. */
  const inWords: Record<string, unknown> = {
    found: undefined,
    '`sequence.seed`': undefined,
    "`'fork'` on Linux": process.platform === 'linux' ? 'fork' : 'spawn',
    '4 for each core, at least 8': Math.max(8, 4 * availableParallelism()),
    'test processes + 1, at most 8': Math.min(8, availableParallelism() + 1),
  }

  test.each(optionNames)('gives the default of %s', (name) => {
    const words = documented.get(name) ?? ''
    const stated = words in inWords ? inWords[words] : literal(words)
    expect(stated).toEqual((resolveOptions({}) as Record<string, unknown>)[name])
  })
})

describe('the example', () => {
  const shown = excerpts(readme)

  test('shows the Python, the configuration and the tests of examples/quickstart', () => {
    expect(shown.map(({ path }) => path)).toEqual([
      'examples/quickstart/python/text.py',
      'examples/quickstart/vitest.config.ts',
      'examples/quickstart/text.test.ts',
    ])
  })

  test.each(shown)('is what $path says', (excerpt) => {
    expect(drift(excerpt)).toEqual([])
  })

  test.each(shown)('would not pass if $path said something else', (excerpt) => {
    const lines = read(excerpt.path).split('\n')
    const last = excerpt.text.trimEnd().split('\n').at(-1) as string
    const changed = lines.map((line) => (line === last ? `${line} // changed` : line)).join('\n')
    expect(drift(excerpt, changed)).not.toEqual([])
  })
})

describe.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', (path) => {
  test('has no link that leads nowhere', () => {
    expect(deadLinks(path)).toEqual([])
  })

  test('would not pass with one', () => {
    const more = `${read(path)}\n[a](no-such-file.md) [b](#no-such-heading) [c](LICENSE)\n`
    expect(deadLinks(path, more)).toEqual(['no-such-file.md', '#no-such-heading'])
  })
})

function unquoted(cell: string): string {
  return cell.replaceAll('`', '')
}

/** The value of `'test'`, `30_000`, `[]` or `{}` as the table writes it. */
function literal(cell: string): unknown {
  return JSON.parse(unquoted(cell).replaceAll("'", '"').replaceAll('_', ''))
}
