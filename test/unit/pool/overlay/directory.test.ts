import { describe, expect, test } from 'vitest'
import {
  cacheDirectory,
  overlayDirectory,
  parseTemporary,
  pidScope,
  temporaryDirectory,
} from '../../../../src/pool/overlay/directory.ts'

describe('cacheDirectory', () => {
  const home = { HOME: '/home/ada' }

  test.each([
    [{ ...home }, 'linux', '/home/ada/.cache/vitest-environment-python'],
    [{ ...home, XDG_CACHE_HOME: '/xdg' }, 'linux', '/xdg/vitest-environment-python'],
    [{ ...home, XDG_CACHE_HOME: 'relative' }, 'linux', '/home/ada/.cache/vitest-environment-python'],
    [{ ...home, XDG_CACHE_HOME: '/xdg', VITEST_PYTHON_CACHE: '/own' }, 'linux', '/own'],
    [{ ...home }, 'darwin', '/home/ada/Library/Caches/vitest-environment-python'],
  ] as const)('of %j on %s is %s', (env, platform, directory) => {
    expect(cacheDirectory(env, platform)).toBe(directory)
  })
})

describe('overlayDirectory', () => {
  test('differs by ABI and by content', () => {
    const one = overlayDirectory('/cache', 'cpython-311-x86_64-linux-gnu', ['grpcio==1.85.1'])
    expect(one).toMatch(/^\/cache\/overlay\/cpython-311-x86_64-linux-gnu-[0-9a-f]{12}$/)
    expect(overlayDirectory('/cache', 'cpython-311-x86_64-linux-gnu', ['grpcio==1.85.1'])).toBe(one)
    expect(overlayDirectory('/cache', 'cpython-311-x86_64-linux-gnu', ['grpcio==1.85.2'])).not.toBe(one)
    expect(overlayDirectory('/cache', 'cpython-312-x86_64-linux-gnu', ['grpcio==1.85.1'])).not.toBe(one)
  })
})

describe('temporaryDirectory', () => {
  test('is a sibling whose name contains the process that made it', () => {
    const temporary = temporaryDirectory('/cache/overlay/abi-123')
    expect(temporary.startsWith('/cache/overlay/abi-123.')).toBe(true)
    expect(parseTemporary('/cache/overlay/abi-123', temporary.slice('/cache/overlay/'.length))).toEqual({
      scope: pidScope(),
      pid: process.pid,
    })
  })

  test('cannot be mistaken for an overlay or another file', () => {
    for (const name of ['abi-123', 'abi-1234.00000000-1-00000000.tmp', 'abi-123.tmp', 'abi-123.notes.txt'])
      expect(parseTemporary('/cache/overlay/abi-123', name)).toBeUndefined()
  })
})
