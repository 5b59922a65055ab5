import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readProcesses, recordProcess } from '../../../../src/pool/run/record.ts'

let path: string
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'record-'))
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

test('a line that is incomplete or no record hides no other line', () => {
  const directory = { runId: 'abcdefg', path }
  recordProcess(directory, 'reaper', { pid: 7, startTime: '1', limits: ['RLIMIT_LOCKS'] })
  appendFileSync(join(path, 'processes.jsonl'), '{"id":"w1","pi\n\nnull\n{"id":"w2"}\n')
  recordProcess(directory, 'w3', { pid: 9, startTime: '2' })
  expect([...readProcesses(directory).keys()]).toEqual(['reaper', 'w3'])
  expect(readProcesses(directory).get('reaper')).toMatchObject({ pid: 7, limits: ['RLIMIT_LOCKS'] })
})

test('a record that cannot be written is an error with a code and a remedy', () => {
  mkdirSync(join(path, 'processes.jsonl'))
  expect(() => recordProcess({ runId: 'abcdefg', path }, 'reaper', { pid: 7, startTime: '1' })).toThrow(
    expect.objectContaining({
      code: 'RUNS_DIRECTORY_UNWRITABLE',
      message: expect.stringMatching(/Cannot record process 7 \(reaper\).*Set XDG_RUNTIME_DIR/),
    }),
  )
})
