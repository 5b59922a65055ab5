import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { read, table } from './markdown.ts'

const chaos = fileURLToPath(new URL('../chaos', import.meta.url))
const document = read('docs/guarantee.md')
/** `\|` doesn't end a cell. */
const rows = (heading: string) => table(document.replaceAll('\\|', '¦'), heading)
const cases = rows('no.')
const CONTROL = /(['"])control: ((?:(?!\1).)+)\1/g

interface Control {
  title: RegExp
  file: string
}

/** The controls of the tests in a file. `%s` stands for any quoted text of that file. */
function controlsIn(file: string): Control[] {
  const source = readFileSync(join(chaos, file), 'utf8')
  const words = [...source.matchAll(/'([^'\n]+)'/g)].map(([, word = '']) => literally(word)).join('|')
  return [...source.matchAll(CONTROL)].map(([, , title = '']) => ({
    title: new RegExp(`^${literally(title).replaceAll('%s', `(?:${words})`)}$`),
    file: file.replace('.test.ts', ''),
  }))
}

const controls = readdirSync(chaos, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .flatMap(controlsIn)

/** The problems of a row. Empty if its tests and controls exist. */
function problems([, , tests = '', control = '']: string[]): string[] {
  const files = tests.split(', ')
  const names = control.split('; ').filter(Boolean)
  return [
    ...files
      .filter((file) => !existsSync(join(chaos, `${file}.test.ts`)))
      .map((file) => `no test file ${file}`),
    ...(names.length === 0 ? ['no control'] : []),
    ...names
      .filter((name) => !controls.some(({ title, file }) => title.test(name) && files.includes(file)))
      .map((name) => `no control: ${name}`),
  ]
}

describe('docs/guarantee.md', () => {
  test('has every case in order, each with a control', () => {
    expect(cases.map(([number]) => Number(number))).toEqual(cases.map((_, index) => index + 1))
    expect(cases.length).toBeGreaterThanOrEqual(33)
    expect(rows('what happens').filter(([, , control]) => !control)).toEqual([])
  })

  test.each(cases)('case %s, %s: its tests and controls exist', (...row) => {
    expect(problems(row)).toEqual([])
  })

  test.each([
    [['1', 'x', 'fast/runner', 'none'], ['no control: none']],
    [['1', 'x', 'fast/runner', ''], ['no control']],
    [['1', 'x', 'fast/nothing', 'without deadlines, a stopped reaper keeps the teardown for ever'], 2],
    [['1', 'x', 'fast/orphans', 'without cookies and descendants, daemon_gone counts as clean'], 1],
  ])('control: %j is rejected', (row, wrong) => {
    const found = problems(row)
    if (typeof wrong === 'number') expect(found).toHaveLength(wrong)
    else expect(found).toEqual(wrong)
  })
})

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
