import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { report } from '../../src/pool/verdict/report.ts'
import type { Findings, Orphan } from '../../src/pool/verdict/verdict.ts'
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

  test.each(shown)('matches $path', (excerpt) => {
    expect(drift(excerpt)).toEqual([])
  })

  test.each(shown)('fails if $path changes', (excerpt) => {
    const lines = read(excerpt.path).split('\n')
    const last = excerpt.text.trimEnd().split('\n').at(-1) as string
    const changed = lines.map((line) => (line === last ? `${line} // changed` : line)).join('\n')
    expect(drift(excerpt, changed)).not.toEqual([])
  })
})

describe('the sample output', () => {
  const clean: Findings = {
    runId: 'z6ju96y',
    orphans: [],
    kept: [],
    unknown: [],
    problems: [],
    cleanSweeps: 2,
    looked: 73,
    workersStarted: 9,
    python: 'Python 3.12.4 (/app/.venv/bin/python)',
    stopping: 7,
    sweeping: 3,
  }
  const orphan = {
    pid: 30462,
    command: 'sleep 1000',
    parent: 30431,
    age: 1_000,
    survived: 1_000,
    cookie: 'both',
    leases: [{ workerId: 'w2', holder: { file: 'a.test.ts', test: 't' } }],
    tracedBy: 'lease',
    killed: true,
  } as Orphan

  test('matches the report of a clean run', () => {
    expect(readme).toContain(`\n python  ${stripVTControlCharacters(report(clean))}\n`)
  })

  test('matches the report of a run with an orphan', () => {
    const found = stripVTControlCharacters(report({ ...clean, runId: '8vtcv09', orphans: [orphan] }))
    expect(readme).toContain(`\n${found.split('\n').slice(0, 2).join('\n')}\n`)
  })
})

test('the README is short enough to read', () => {
  expect(Buffer.byteLength(readme)).toBeLessThan(9_300)
})

describe.each([...pages, 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])('%s', (path) => {
  test('has no dead links', () => {
    expect(deadLinks(path)).toEqual([])
  })

  test('fails with dead links', () => {
    const more = `${read(path)}\n[a](no-such-file.md) [b](#no-such-heading) [c](${path.startsWith('docs/') ? '../' : ''}LICENSE)\n`
    expect(deadLinks(path, more)).toEqual(['no-such-file.md', '#no-such-heading'])
  })
})
