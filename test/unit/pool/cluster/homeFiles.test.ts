import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bringHome } from '../../../../src/pool/cluster/homeFiles.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'home-'))
  mkdirSync(join(directory, 'run', 'logs'), { recursive: true })
})
afterEach(() => rmSync(directory, { recursive: true }))

const data = (text: string) => Buffer.from(text).toString('base64')

test('pieces of a file are appended in their order', () => {
  const run = join(directory, 'run')
  bringHome(run, { file: 'logs/w1.log', data: data('one\n') })
  bringHome(run, { file: 'logs/w1.log', data: data('two\n') })
  bringHome(run, { file: 'measured.jsonl', data: data('{}\n') })
  expect(readFileSync(join(run, 'logs/w1.log'), 'utf8')).toBe('one\ntwo\n')
  expect(readFileSync(join(run, 'measured.jsonl'), 'utf8')).toBe('{}\n')
})

test('skipped bytes keep their place', () => {
  const run = join(directory, 'run')
  bringHome(run, { file: 'logs/w1.log', data: data('one\n') })
  bringHome(run, { file: 'logs/w1.log', skipped: 3 })
  bringHome(run, { file: 'logs/w1.log', data: data('two\n') })
  bringHome(run, { file: 'logs/w2.log', skipped: 3 })
  expect(readFileSync(join(run, 'logs/w1.log'), 'utf8')).toBe('one\n\0\0\0two\n')
  expect(readdirSync(join(run, 'logs'))).toEqual(['w1.log'])
})

test.each([
  '../escaped.log',
  'logs/../../escaped.log',
  '/tmp/escaped.log',
  'logs/a/b.log',
  'run.json',
  'processes.jsonl',
  'logs/w1.sock',
])('a node cannot write to %s', (file) => {
  const before = readdirSync(directory, { recursive: true })
  bringHome(join(directory, 'run'), { file, data: data('x') })
  expect(readdirSync(directory, { recursive: true })).toEqual(before)
})
