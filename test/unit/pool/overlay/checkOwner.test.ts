import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkCacheOwner } from '../../../../src/pool/overlay/checkOwner.ts'

let scratch: string
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'cache-owner-'))
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

test('a cache of this user, or none yet, is accepted', () => {
  checkCacheOwner(scratch, join(scratch, 'overlay/x'))
  checkCacheOwner(join(scratch, 'none'), join(scratch, 'none/overlay/x'))
})

test.runIf(process.getuid?.() === 0).each(['', 'overlay', 'overlay/x', 'bytecode'])(
  'a cache whose directory "%s" belongs to another user is refused',
  (name) => {
    mkdirSync(join(scratch, 'overlay/x'), { recursive: true })
    mkdirSync(join(scratch, 'bytecode'))
    chownSync(join(scratch, name), 12_345, 12_345)
    expect(() => checkCacheOwner(scratch, join(scratch, 'overlay/x'))).toThrow(
      expect.objectContaining({
        code: 'OVERLAY_CACHE_UNSAFE',
        message: expect.stringContaining('belongs to user 12345'),
      }),
    )
  },
)

test.runIf(process.getuid?.() === 0)('a link to a cache of another user is refused', () => {
  const target = join(scratch, 'target')
  mkdirSync(target)
  chownSync(target, 12_345, 12_345)
  symlinkSync(target, join(scratch, 'link'))
  expect(() => checkCacheOwner(join(scratch, 'link'), join(scratch, 'link/overlay/x'))).toThrow('user 12345')
})
