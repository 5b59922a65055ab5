import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundledModules, noticesOf } from '../../../scripts/third-party.mjs'

/** A package in a node_modules directory, and the path of its only module. */
function packageWith(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'vp-notices-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const home = join(directory, 'node_modules/@some/thing')
  mkdirSync(join(home, 'dist'), { recursive: true })
  // Packages mark directories of ES modules by a manifest without a name.
  writeFileSync(join(home, 'dist/package.json'), '{"type": "module"}')
  for (const [path, text] of Object.entries(files)) writeFileSync(join(home, path), text)
  return join(home, 'dist/index.js')
}

const manifest = (license: string) => JSON.stringify({ name: '@some/thing', version: '1.2.3', license })

test('only modules of other packages of which code is left are named', () => {
  const modules = {
    '/x/src/a.ts': { renderedLength: 10 },
    '/x/node_modules/shaken/index.js': { renderedLength: 0 },
    '/x/node_modules/used/index.js?commonjs': { renderedLength: 3 },
  }
  const bundle = { 'a.js': { type: 'chunk', modules }, 'a.css': { type: 'asset' } }
  expect(bundledModules(bundle)).toEqual(['/x/node_modules/used/index.js'])
})

test('a notice has the name, the license file, and the copyright in the sources', () => {
  const module = packageWith({
    'package.json': manifest('MIT'),
    LICENSE: 'MIT License\n\nCopyright Some People',
    'dist/index.js': '// Copyright 2008 Others\n// All rights reserved.\nexport {}\n',
  })
  const notices = noticesOf([module])
  expect(notices).toContain('## @some/thing 1.2.3\n\nLicense: MIT\n')
  expect(notices).toContain('Copyright Some People')
  expect(notices).toContain('```text\nCopyright 2008 Others\nAll rights reserved.\n```')
})

test('a package without a license file gets the text of its license', () => {
  const files = { 'package.json': manifest('(Apache-2.0 AND BSD-3-Clause)'), 'dist/index.js': 'export {}\n' }
  expect(noticesOf([packageWith(files)])).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION')
})

test('a license that is not known fails the build', () => {
  const files = { 'package.json': manifest('Mystery-1.0'), 'dist/index.js': 'export {}\n' }
  expect(() => noticesOf([packageWith(files)])).toThrow('@some/thing has no license file')
})
