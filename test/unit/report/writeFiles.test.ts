import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeFiles, writeWhole } from '../../../src/report/write/writeFiles.ts'
import { smallReport } from './sampleReport.ts'

const root = mkdtempSync(join(tmpdir(), 'vp-'))
afterAll(() => rmSync(root, { recursive: true }))

const NOTHING = { summary: false, calls: false }

test('directories are made, and each project gets its files', async () => {
  const ask = (json: string) => ({ root, options: { ...NOTHING, json, trace: 'deep/er/trace.json' } })
  expect(await writeFiles(smallReport(), [ask('one/report.json'), ask('two/report.json')])).toEqual([])
  for (const name of ['one', 'two'])
    expect(JSON.parse(readFileSync(join(root, name, 'report.json'), 'utf8'))).toEqual(smallReport())
  expect(
    JSON.parse(readFileSync(join(root, 'deep/er/trace.json'), 'utf8')).traceEvents.length,
  ).toBeGreaterThan(10)
  expect(readdirSync(join(root, 'deep/er'))).toEqual(['trace.json'])
})

test('a file that cannot be written is a sentence, and the others are written', async () => {
  writeFileSync(join(root, 'file'), '')
  mkdirSync(join(root, 'directory'))
  const options = { ...NOTHING, json: 'file/report.json', trace: 'directory' }
  const written = { root, options: { ...NOTHING, json: 'good.json' } }
  expect(await writeFiles(smallReport(), [{ root, options }, written])).toEqual([
    'The report file/report.json could not be written: A part of the path is a file, not a directory. ' +
      'Choose another path for report.json. The verdict stays as it is. (REPORT_NOT_WRITTEN)',
    expect.stringContaining('The report directory could not be written: There is a directory of that name.'),
  ])
  expect(existsSync(join(root, 'good.json'))).toBe(true)
})

test('a failed write leaves the old file and no temporary one', async () => {
  const path = join(root, 'kept.json')
  writeFileSync(path, 'old')
  // The name of the temporary file is taken by a link, which must not be followed.
  symlinkSync(join(root, 'elsewhere'), `${path}.${process.pid}.tmp`)
  await expect(writeWhole(path, 'new')).rejects.toThrow('EEXIST')
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(existsSync(join(root, 'elsewhere'))).toBe(false)
})
