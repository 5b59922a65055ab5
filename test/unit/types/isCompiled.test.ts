import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isCompiled } from '../../../src/types/isCompiled.ts'

/** A project with a python.d.ts, and the TypeScript of this repository. */
function project(files: Record<string, object>): string {
  const root = mkdtempSync(join(tmpdir(), 'compiled-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(resolve('node_modules/typescript'), join(root, 'node_modules/typescript'))
  writeFileSync(join(root, 'python.d.ts'), '')
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(root, name), JSON.stringify(content))
  return root
}

test.each<[string, Record<string, object>, boolean | undefined]>([
  ['no tsconfig.json', {}, undefined],
  ['one that includes everything', { 'tsconfig.json': {} }, true],
  ['one that includes another directory', { 'tsconfig.json': { include: ['src'] } }, false],
  [
    'references, one of which includes it',
    {
      'tsconfig.json': {
        files: [],
        references: [{ path: './tsconfig.app.json' }, { path: './tsconfig.x.json' }],
      },
      'tsconfig.app.json': { include: ['src'] },
      'tsconfig.x.json': { include: ['*.d.ts'], references: [{ path: './tsconfig.json' }] },
    },
    true,
  ],
  [
    'references, none of which includes it',
    {
      'tsconfig.json': { files: [], references: [{ path: './tsconfig.app.json' }] },
      'tsconfig.app.json': { include: ['src'], references: [{ path: './tsconfig.json' }] },
    },
    false,
  ],
])('whether TypeScript knows a file, with %s', (_, files, expected) => {
  const root = project(files)
  expect(isCompiled(join(root, 'python.d.ts'), root)).toBe(expected)
})

test('without TypeScript, it cannot be told', () => {
  const root = project({ 'tsconfig.json': { include: ['src'] } })
  rmSync(join(root, 'node_modules'), { recursive: true })
  expect(isCompiled(join(root, 'python.d.ts'), root)).toBe(undefined)
})
