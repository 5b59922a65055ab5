import { describe, expect, test } from 'vitest'
import { deadLinks, drift, excerpts, pages, read } from './markdown.ts'

const readme = read('README.md')

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

test('the README is short enough to be read, and to be shipped', () => {
  expect(Buffer.byteLength(readme)).toBeLessThan(9_300)
})

describe.each([...pages, 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', (path) => {
  test('has no link that leads nowhere', () => {
    expect(deadLinks(path)).toEqual([])
  })

  test('would not pass with one', () => {
    const more = `${read(path)}\n[a](no-such-file.md) [b](#no-such-heading) [c](${path.startsWith('docs/') ? '../' : ''}LICENSE)\n`
    expect(deadLinks(path, more)).toEqual(['no-such-file.md', '#no-such-heading'])
  })
})
