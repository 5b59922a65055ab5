import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../src/process/errorCodes.ts'
import { read, table } from './markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Text of all TypeScript below a directory, but for the list of codes and this file. */
function textBelow(directory: string): string {
  const files = readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
  return files
    .filter((name) => name.endsWith('.ts') && !/errorCodes\.ts$|docs\/errors\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(root, directory, name), 'utf8'))
    .join('\n')
}

/** Tests bring about most of these, and see the text only: Vitest prints no code. */
const NOT_PRODUCED = [
  'PROTOCOL_MISMATCH',
  'POOL_UNKNOWN',
  'PYTHON_START_FAILED',
  'REAPER_DIED',
  'TRY_OUT_FAILED',
  'WORKER_START_FAILED',
]

describe('the codes of errors', () => {
  const rows = table(read('docs/errors.md'), 'code').map((row) => row.map((cell) => cell.replaceAll('`', '')))
  const [source, tests] = [textBelow('src'), textBelow('test')]

  test('are those that docs/errors.md explains', () => {
    expect(rows.map(([code]) => code)).toEqual([...ERROR_CODES])
  })

  test.each(rows)('%s has a meaning and a remedy', (_, meaning, __, remedy) => {
    expect(meaning).toMatch(/\.$/)
    expect(remedy).toMatch(/\.$/)
  })

  test.each(ERROR_CODES)('%s is given by the source', (code) => {
    expect(source).toMatch(new RegExp(`['(]${code}[')]`))
  })

  test('are produced by tests, but for the ones that are listed here', () => {
    expect(ERROR_CODES.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests)).sort()).toEqual(
      [...NOT_PRODUCED].sort(),
    )
  })
})
