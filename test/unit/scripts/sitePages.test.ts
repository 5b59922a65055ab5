import { describe, expect, test } from 'vitest'
import { anchorOf, repositoryOf, sidebarOf, sitePage } from '../../../scripts/docs/markdown.mjs'

const known = {
  'docs/guide.md': 'guide.md',
  'ARCHITECTURE.md': 'architecture.md',
  'docs/README.md': 'overview.md',
}
const page = (markdown: string, repository?: string, source = 'docs/guide.md') =>
  sitePage(markdown, { source, known, repository })

describe('a page of the site', () => {
  test.each([
    ['[a](guide.md)', '[a](/guide)'],
    ['[a](../ARCHITECTURE.md#process-model)', '[a](/architecture#process-model)'],
    ['[a](README.md)', '[a](/overview)'],
    ['[a](../README.md)', '[a](/)'],
    ['[a](#here) [b](https://example.com/x.md)', '[a](#here) [b](https://example.com/x.md)'],
    ['[`src`](../src/process) and more', '`src` and more'],
  ])('has %s as %s', (markdown, expected) => {
    expect(page(markdown)).toBe(expected)
  })

  test('links to files of the repository if that has an address', () => {
    expect(page('[a](../src/x.ts)', 'https://github.com/a/b')).toBe(
      '[a](https://github.com/a/b/blob/main/src/x.ts)',
    )
  })

  test('leaves code alone', () => {
    const code = '```md\n[a](guide.md)\n```'
    expect(page(`${code}\n[a](guide.md)`)).toBe(`${code}\n[a](/guide)`)
  })

  test('shows the picture of its own colors', () => {
    const picture = '<picture>\n<source media="x" srcset="d.svg">\n<img src="l.svg" alt="A b">\n</picture>'
    expect(page(picture)).toBe(
      '<img class="only-light" src="/l.svg" alt="A b">\n<img class="only-dark" src="/d.svg" alt="A b">',
    )
  })
})

test('anchors are those of GitHub', () => {
  expect(anchorOf('What `call()` does: a_b, c & d')).toBe('what-call-does-a_b-c--d')
})

test('the sidebar has the tables of the list of pages', () => {
  const tables =
    '| Start | |\n|---|---|\n| [A b](guide.md) | x |\n| [C](../ARCHITECTURE.md) | y |\n\n| Next | |\n|---|---|\n| [D](d.md) | z |\n'
  expect(sidebarOf(tables)).toEqual([
    {
      text: 'Start',
      items: [
        { text: 'A b', link: '/guide' },
        { text: 'C', link: '/architecture' },
      ],
    },
    { text: 'Next', items: [{ text: 'D', link: '/d' }] },
  ])
})

test('the address of the repository is that of package.json', () => {
  expect(repositoryOf({ repository: { url: 'git+https://github.com/a/b.git' } })).toBe(
    'https://github.com/a/b',
  )
  expect(repositoryOf({})).toBeUndefined()
})
