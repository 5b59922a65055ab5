import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  installedVersion,
  judgeVersion,
  requireRunner,
} from '../../../../src/globalSetup/run/runnerVersions.ts'

describe('judgeVersion', () => {
  test.each([
    ['vitest', '3.1.4', 'too old'],
    ['vitest', '3.2.0', 'ok'],
    ['vitest', '5.9.1', 'ok'],
    ['vitest', '6.0.0', 'untested'],
    ['jest', '28.1.3', 'too old'],
    ['jest', '29.7.0', 'ok'],
    ['jest', '30.5.2', 'ok'],
    ['@grpc/grpc-js', '1.11.0', 'too old'],
  ] as const)('%s %s is %s', (name, version, state) => {
    expect(judgeVersion(name, version).state).toBe(state)
  })
})

describe('requireRunner', () => {
  test('names the version, the oldest one that works, and the command', () => {
    expect(() => requireRunner('vitest', '2.1.9')).toThrow(
      'vitest-environment-python does not work with vitest 2.1.9: 3.2 or newer is needed: npm install --save-dev vitest@5.',
    )
    expect(() => requireRunner('jest', '28.0.0')).toThrow(expect.objectContaining({ code: 'RUNNER_TOO_OLD' }))
  })

  test('accepts others, and those that it cannot find', () => {
    requireRunner('jest', '29.7.0')
    requireRunner('vitest', undefined)
  })
})

describe('installedVersion', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'vp-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  test('looks in the directories above', () => {
    mkdirSync(join(root, 'node_modules/vitest'), { recursive: true })
    mkdirSync(join(root, 'packages/a'), { recursive: true })
    writeFileSync(join(root, 'node_modules/vitest/package.json'), '{ "version": "9.9.9" }')
    expect(installedVersion('vitest', join(root, 'packages/a'))).toBe('9.9.9')
    expect(installedVersion('jest', join(root, 'packages/a'))).toBeUndefined()
  })
})
