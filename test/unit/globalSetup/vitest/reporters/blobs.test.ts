import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  OPEN,
  settleBlobs,
  watchBlobs,
  withVerdict,
} from '../../../../../src/globalSetup/vitest/reporters/blobs.ts'

const error = { name: 'Error', message: 'an orphan', stack: 'Error: an orphan' }
const BLOB = '[["1","2","3"],"4.1.12",[],[]]'

test('an error is added in the form of the package flatted', () => {
  const [root, version, files, errors, ...values] = JSON.parse(withVerdict(BLOB, error) ?? '')
  expect([root, version, files, errors]).toEqual([['1', '2', '3'], '4.1.12', [], ['7']])
  expect(values).toEqual([...Object.values(error), { name: '4', message: '5', stack: '6' }])
})

test('the verdict takes the place of the error that it is missing', () => {
  const open = withVerdict(BLOB, OPEN) ?? ''
  expect(errorsIn(open)).toEqual([OPEN])
  expect(errorsIn(withVerdict(open, undefined))).toEqual([])
  expect(errorsIn(withVerdict(open, error))).toEqual([error])
  // Errors of others stay.
  expect(
    errorsIn(withVerdict(withVerdict(open, { ...error, message: 'other' }) ?? '', undefined)),
  ).toHaveLength(1)
})

/** Reads the errors as the package flatted does. */
function errorsIn(blob = ''): Record<string, unknown>[] {
  const values = JSON.parse(blob)
  return values[values[0][2]].map((at: string) =>
    Object.fromEntries(Object.entries(values[Number(at)]).map(([key, text]) => [key, values[Number(text)]])),
  )
}

test('a blob of another form becomes unreadable, so that its merge fails', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'blob-')), 'blob.json')
  for (const strange of ['{}', '[1]', 'no JSON']) {
    const vitest = { logger: { log(..._: unknown[]) {} } }
    watchBlobs(vitest)
    vitest.logger.log('blob report written to', path)
    writeFileSync(path, strange)
    settleBlobs(vitest, error)
    expect(() => JSON.parse(readFileSync(path, 'utf8'))).toThrow()
  }
})
