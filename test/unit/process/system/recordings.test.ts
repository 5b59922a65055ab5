import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { darwin } from '../../../../src/process/system/darwin.ts'
import {
  execute,
  list,
  listWithEnvironments,
  parse,
  printedValue,
} from '../../../../src/process/system/ps.ts'
import { liveProcesses, startTimeOf } from '../../../support/processes.ts'

interface Fields {
  pid: number
  ppid: number
  pgid: number
  uid: number
  stat: string
  lstart: string
  command: string
}

const root = join(import.meta.dirname, '../../../..')
/** The file says who has published each recording. Python's tests read it, too. */
const recordings = JSON.parse(readFileSync(join(root, 'python/tests/mac/recordings.json'), 'utf8')) as {
  widths: Record<keyof Fields, number>
  rows: { source: string; recorded: string; fields: Fields; assumed: string[] }[]
  locales: { recorded: string[] }
  boottime: { recorded: string; seconds: number }
  hidden: { command: string }
}
const { rows, widths } = recordings

/** Prints a row as Apple's ps does, in the columns that are asked for. */
function lineOf(fields: Fields, columns: (keyof Fields)[], environment = ''): string {
  const cells = columns.map((name) => {
    const text = `${fields[name]}`
    if (name === 'command') return text + environment
    return typeof fields[name] === 'number' ? text.padStart(widths[name]) : text.padEnd(widths[name])
  })
  return `${cells.join(' ')}\n`
}

const COLUMNS: (keyof Fields)[] = ['pid', 'ppid', 'pgid', 'uid', 'stat', 'lstart', 'command']
const text = (environment = '') => rows.map(({ fields }) => lineOf(fields, COLUMNS, environment)).join('')

describe('recorded output of macOS', () => {
  test.each(rows)('a process: $source', ({ fields, recorded, assumed }) => {
    for (const [name, value] of Object.entries(fields)) {
      if (name !== 'pgid' && !assumed.includes(name) && name !== 'uid') expect(recorded).toContain(`${value}`)
    }
    const found = parse(lineOf(fields, COLUMNS)).get(fields.pid)
    expect(found).toMatchObject({ parent: fields.ppid, session: fields.pgid, user: fields.uid })
    expect(found).toMatchObject({ state: fields.stat[0], command: fields.command })
    expect(found?.startTime).toBe(fields.lstart.replace(/ +/g, ' '))
    const system = darwin(() => lineOf(fields, COLUMNS))
    expect(system.identityOf(fields.pid) === undefined).toBe(fields.stat === 'Z')
  })

  test('all of them in one list, with and without environments', () => {
    const variables = ' VITEST_PYTHON_RUN_ID=abc1234 TMPDIR=/var/folders/x y/T/ XPC_FLAGS=0x0'
    const run = (_: string, args: readonly string[]) => text(args.includes('-E') ? variables : '')
    expect(list(run).size).toBe(rows.length)
    for (const { environment } of listWithEnvironments(run).values()) {
      expect(printedValue(environment, 'VITEST_PYTHON_RUN_ID')).toBe('abc1234')
      expect(printedValue(environment, 'TMPDIR')).toBe('/var/folders/x y/T/')
    }
  })

  test('a protected program shows no environment', () => {
    const fields = { ...rows[0]!.fields, command: recordings.hidden.command }
    const [found] = listWithEnvironments(() => lineOf(fields, COLUMNS)).values()
    expect(found?.environment).toBe('')
  })

  test('the time of the boot', () => {
    const system = darwin(() => `${recordings.boottime.recorded}\n`)
    expect(system.bootedAt()).toBe(recordings.boottime.seconds * 1000)
  })

  test('control: start times of other locales are not readable, so programs run in the C locale', () => {
    for (const lstart of recordings.locales.recorded) {
      expect(parse(lineOf({ ...rows[0]!.fields, lstart }, COLUMNS)).size).toBe(0)
    }
    expect(execute('/usr/bin/env', []).trim().split('\n').sort()).toEqual(['LC_ALL=C', 'TZ=UTC'])
  })

  test("the tests' own view of processes reads them, too", () => {
    const columns: (keyof Fields)[] = ['pid', 'stat', 'lstart', 'command']
    const ps = () => rows.map(({ fields }) => lineOf(fields, columns, ' INNER_CASE=a')).join('')
    const living = rows.filter(({ fields }) => fields.stat !== 'Z').map(({ fields }) => fields.pid)
    const found = liveProcesses('darwin', ps)
    expect(found.map(({ pid }) => pid)).toEqual(living)
    for (const { environ } of found) expect(environ).toContain('INNER_CASE=a')
    expect(startTimeOf(1, 'darwin', ps)).toBe(rows[0]!.fields.lstart)
    expect(startTimeOf(2, 'darwin', () => '')).toBeUndefined()
  })
})

/** Files whose code, not only a comment of TypeScript or Python, knows macOS. */
function port(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return files
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => {
      const code = readFileSync(join(root, 'src', name), 'utf8').replace(
        /\/\*[\s\S]*?\*\/|\/\/.*|^ *#.*/gm,
        '',
      )
      return /darwin|macos|'\/bin\/ps'|sysctl/i.test(code)
    })
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
}

/** Whether a unit test imports the file and names the platform. */
function isTested(file: string): boolean {
  const tests = readdirSync(join(root, 'test/unit'), { recursive: true, encoding: 'utf8' })
  return tests
    .filter((name) => name.endsWith('.test.ts'))
    .some((name) => {
      const code = readFileSync(join(root, 'test/unit', name), 'utf8')
      return /^import \{(?! type )/m.test(code) && code.includes(`src/${file}'`) && /darwin|macOS/.test(code)
    })
}

test('each file of the port has a test that runs it as on macOS', () => {
  expect(port()).toEqual([
    'pool/overlay/directory.ts',
    'process/system/darwin.ts',
    'process/system/ps.ts',
    'process/system/system.ts',
  ])
  expect(port().filter((file) => !isTested(file))).toEqual([])
  // Control.
  expect(isTested('process/system/nowhere.ts')).toBe(false)
})
