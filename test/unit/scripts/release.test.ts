import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import {
  addresses,
  isBreaking,
  nextVersion,
  notesOf,
  releaseChangelog,
} from '../../../scripts/release/plan.mjs'

const root = join(import.meta.dirname, '../../..')
const release = { version: '1.3.0', date: '2026-12-01', breaking: false }
const CHANGELOG = `# Changelog

Intro.

## [Unreleased]

### Added

- New.

### Fixed

- Mended.

## [1.2.0] - 2026-11-01

### Added

- Old.
`

describe('the version', () => {
  test.each([
    ['1.2.3', ['fix: a'], '1.2.4'],
    ['1.2.3', ['perf(pool): a'], '1.2.4'],
    ['1.2.3', ['fix: a', 'feat(cli): b', 'docs: c'], '1.3.0'],
    ['1.2.3', ['refactor!: a'], '2.0.0'],
    ['1.2.3', ['fix(pool): a\n\nWhy.\n\nBREAKING CHANGE: b'], '2.0.0'],
    ['0.4.1', ['feat: a'], '0.4.2'],
    ['0.4.1', ['feat(api)!: a'], '0.5.0'],
  ])('after %s and %j is %s', (last, messages, next) => {
    expect(nextVersion(last, messages)).toBe(next)
  })

  test('is refused if nothing changed for users', () => {
    expect(() => nextVersion('1.2.3', ['docs: a', 'test: b'])).toThrow('nothing to release')
    expect(isBreaking(['docs: tell about a breaking change'])).toBe(false)
  })
})

describe('the changelog', () => {
  test('gets the version and the date, and an empty section for what comes', () => {
    const text = releaseChangelog(CHANGELOG, release)
    expect(text).toContain('Intro.\n\n## [Unreleased]\n\n## [1.3.0] - 2026-12-01\n\n### Added\n\n- New.\n')
    expect(text).toContain('- Mended.\n\n## [1.2.0] - 2026-11-01\n\n### Added\n\n- Old.\n')
    expect(notesOf(text, '1.3.0')).toBe('### Added\n\n- New.\n\n### Fixed\n\n- Mended.')
  })

  test('joins entries of the same version by category', () => {
    const text = releaseChangelog(CHANGELOG, { ...release, version: '1.2.0' })
    expect(notesOf(text, '1.2.0')).toBe('### Added\n\n- New.\n- Old.\n\n### Fixed\n\n- Mended.')
  })

  test('needs entries, and a migration if a change is breaking', () => {
    const empty = '## [Unreleased]\n\n## [1.2.0] - 2026-11-01\n\n- Old.\n'
    expect(() => releaseChangelog(empty, release)).toThrow('nothing under [Unreleased]')
    expect(() => releaseChangelog(CHANGELOG, { ...release, breaking: true })).toThrow('### Migration')
    expect(() => notesOf(CHANGELOG, '9.9.9')).toThrow('no section for 9.9.9')
  })

  test('of this project can be released, and keeps every entry', () => {
    const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8')
    const entries = (text: string) =>
      text
        .split('\n')
        .filter((line) => /^[-|]/.test(line))
        .sort()
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(entries(releaseChangelog(changelog, { ...release, version }))).toEqual(entries(changelog))
  })
})

test('the addresses follow from that of the repository', () => {
  expect(addresses('https://github.com/owner/name.git', 'packages/x')).toEqual({
    homepage: 'https://owner.github.io/name/',
    bugs: { url: 'https://github.com/owner/name/issues' },
    repository: { type: 'git', url: 'git+https://github.com/owner/name.git', directory: 'packages/x' },
  })
  expect(() => addresses('/some/where')).toThrow("isn't the address of a repository")
})

describe('npx vitest-python without the package', () => {
  test('refuses, and says how to install the package', async () => {
    const cli = join(root, 'packages/vitest-python/cli.js')
    const { exitCode, stderr } = await execa(process.execPath, [cli, 'doctor', '--json'], { reject: false })
    expect(exitCode).toBe(1)
    expect(stderr).toContain("vitest-environment-python, which isn't installed here")
    expect(stderr).toContain('\n  npx vitest-python doctor --json')
  })

  test('is published with the version of the package', () => {
    const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
    const own = manifest('package.json')
    const stub = manifest('packages/vitest-python/package.json')
    expect(stub.version).toBe(own.version)
    expect(Object.keys(stub.bin)).toEqual(Object.keys(own.bin))
  })
})
