import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../src/support/errorCodes.ts'
import { read, table } from './markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The text of all TypeScript files in a directory, except the list of codes and this file. */
function textBelow(directory: string): string {
  const files = readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
  return files
    .filter((name) => name.endsWith('.ts') && !/errorCodes\.ts$|docs\/errors\.test\.ts$/.test(name))
    .map((name) => readFileSync(join(root, directory, name), 'utf8'))
    .join('\n')
}

/** Files that throw errors without a code, and why users don't get them. */
const PLAIN: Record<string, string> = {
  'cli/doctor/checks/python/modules.ts': 'is caught beside it: another check says the same',
  'client/lease/brokerConnection.ts': 'becomes LEASE_FAILED',
  'client/lease/brokerSocket.ts': 'becomes LEASE_FAILED',
  'client/lease/pendingLease.ts': 'becomes LEASE_FAILED',
  'client/session/callState.ts': 'is a bug of the client',
  'client/session/callbackRegistry.ts': 'goes to Python',
  'client/session/session.ts': 'a WorkerLostError takes its place',
  'client/session/socketStream.ts': 'a WorkerLostError takes its place',
  'client/values/decodeExtension.ts': 'becomes ANSWER_UNREADABLE',
  'client/values/messagePack.ts': 'becomes ANSWER_UNREADABLE',
  'client/wire/chunks.ts': 'becomes ANSWER_UNREADABLE',
  'client/wire/messages.ts': 'ends a connection',
  'client/wire/sharedMemory.ts': 'becomes ANSWER_UNREADABLE',
  'pool/leasing/requests/requestState.ts': 'is a bug of the pool',
  'pool/leasing/slotState.ts': 'is a bug of the pool',
  'pool/leasing/workers.ts': 'is dropped, because the run is over',
  'pool/python/forkserver.ts': 'becomes WORKER_START_FAILED',
  'pool/python/reaper/reaper.ts': 'is caught when the reaper is ended',
  'pool/verdict/verifyPython.ts': 'is a problem of the verdict',
  'process/run/runDirectory.ts': 'becomes RUN_DIRECTORY_CORRUPT',
  'support/jsonLines.ts': 'ends a connection',
  'support/packageRoot.ts': 'is impossible if the package is complete',
}

/** Files that create errors without a code. */
function filesWithPlainErrors(): string[] {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ts'))
    .filter((name) =>
      /(?<!withCode\(\s*'\w+',\s*)new (Error|TypeError|RangeError)\(/.test(read(`src/${name}`)),
    )
    .sort()
}

describe('error codes', () => {
  const rows = table(read('docs/errors.md'), 'code').map((row) => row.map((cell) => cell.replaceAll('`', '')))
  const [source, tests] = [textBelow('src'), textBelow('test')]

  test('match docs/errors.md', () => {
    expect(rows.map(([code]) => code)).toEqual([...ERROR_CODES])
  })

  test.each(rows)('%s has a meaning and a remedy', (_, meaning, __, remedy) => {
    expect(meaning).toMatch(/\.$/)
    expect(remedy).toMatch(/\.$/)
  })

  test.each(ERROR_CODES)('%s is thrown by the source', (code) => {
    expect(source).toMatch(new RegExp(`['(]${code}[')]`))
  })

  test.each(ERROR_CODES)('%s is produced by a test', (code) => {
    expect(new RegExp(`\\b${code}\\b`).test(tests)).toBe(true)
  })

  test('exist for every error that a user can get', () => {
    expect(filesWithPlainErrors()).toEqual(Object.keys(PLAIN))
  })
})
