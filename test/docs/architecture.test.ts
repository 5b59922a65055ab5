import { describe, expect, test } from 'vitest'
import { read } from './markdown.ts'

interface Step {
  path: string
  name: string
}

/** The steps of the walks in ARCHITECTURE.md: a file and a name in it. */
function steps(markdown: string): Step[] {
  const rows = markdown.matchAll(/^\| \[[^\]]+\]\(([^)]+)\) \| `(\w+)` \| .+ \|$/gm)
  return [...rows].map(([, path = '', name = '']) => ({ path, name }))
}

function has({ path, name }: Step): boolean {
  return new RegExp(`\\b${name}\\b`).test(read(path))
}

describe('the walks of ARCHITECTURE.md', () => {
  const found = steps(read('ARCHITECTURE.md'))

  test('go through both languages', () => {
    expect(found.length).toBeGreaterThan(25)
    expect(new Set(found.map(({ path }) => path.split('.').at(-1)))).toEqual(new Set(['ts', 'proto', 'py']))
  })

  test.each(found)('$path has $name', (step) => {
    expect(has(step)).toBe(true)
  })

  test('fail if a name is gone', () => {
    expect(has({ path: 'src/process/run/runId.ts', name: 'mintNothing' })).toBe(false)
  })
})
