import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blindSpots } from '../../../../src/pool/verdict/blindSpots.ts'
import { isNews } from '../../../../src/pool/verdict/deadRuns/reportOnce.ts'
import { hidingOption } from '../../../../src/process/system/hidepid.ts'

test('membership shows every process; without it, a missing mark and a hiding /proc are blind spots', () => {
  const limits = ['RLIMIT_LOCKS'] as const
  expect(blindSpots({ membership: true, limits: [], hiding: 'hidepid=2' })).toEqual([])
  expect(blindSpots({ membership: false, limits, hiding: undefined })).toEqual([])
  expect(blindSpots({ membership: false, limits: [], hiding: undefined })).toEqual([
    expect.stringContaining('could not mark its processes'),
  ])
  expect(blindSpots({ membership: false, limits, hiding: 'hidepid=2' })).toEqual([
    expect.stringContaining('/proc is mounted with hidepid=2'),
  ])
})

const user = { root: false, groups: [7] }
test.each([
  ['proc /proc proc rw,relatime 0 0', user, undefined],
  ['proc /proc proc rw,hidepid=2 0 0', user, 'hidepid=2'],
  ['proc /proc proc rw,hidepid=invisible 0 0', user, 'hidepid=invisible'],
  ['proc /proc proc rw,hidepid=0 0 0', user, undefined],
  ['proc /proc proc rw,hidepid=off 0 0', user, undefined],
  ['proc /proc proc rw,hidepid=2,gid=7 0 0', user, undefined],
  ['proc /proc proc rw,gid=8,hidepid=1 0 0', user, 'hidepid=1'],
  ['proc /proc proc rw,hidepid=2 0 0', { root: true, groups: [] }, undefined],
  ['proc /proc proc rw,hidepid=2 0 0\nproc /proc proc rw 0 0', user, undefined],
  ['proc /elsewhere proc rw,hidepid=2 0 0', user, undefined],
])('%s hides %o', (mounts, reader, hiding) => {
  expect(hidingOption(mounts, reader)).toBe(hiding)
})

test('a sentence about a directory is news once, until it changes or the directory is gone', () => {
  const base = mkdtempSync(join(tmpdir(), 'report-once-'))
  const [one, other] = [join(base, 'abcdefg'), join(base, 'hijklmn')]
  mkdirSync(one)
  mkdirSync(other)
  expect([isNews(one, 'is a link'), isNews(other, 'is a link')]).toEqual([true, true])
  expect([isNews(one, 'is a link'), isNews(other, 'is a link')]).toEqual([false, false])
  expect(isNews(one, 'is a file')).toBe(true)
  rmSync(one, { recursive: true })
  isNews(other, 'is a file')
  mkdirSync(one)
  expect(isNews(one, 'is a file')).toBe(true)
  rmSync(base, { recursive: true })
})
