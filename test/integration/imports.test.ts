import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, inject, test } from 'vitest'
import { versions } from '../support/versions.ts'

const dist = () =>
  join(inject('installations')[versions[0]!]!.directory, 'node_modules/vitest-environment-python/dist')

/** The files of the package that an entry point loads before it runs, and the packages and modules of Node. */
function importsOf(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string) => {
    if (files.has(file)) return
    files.add(file)
    for (const name of importsIn(file)) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name))
      else if (!name.startsWith('node:')) packages.add(name)
    }
  }
  visit(join(dist(), entry))
  return { files: [...files], packages: [...packages].sort() }
}

function importsIn(file: string): string[] {
  const statements = readFileSync(file, 'utf8').matchAll(
    /(?:^|[;\n}])(?:import|export)(?:[^;"']*?from)?"([^"]+)"/g,
  )
  return [...statements].map(([, name]) => name as string)
}

// Each file costs main or a test process about a millisecond, also in a suite without Python (P8).
test('the plugin loads three files, and no package', () => {
  const { files, packages } = importsOf('vitest.js')
  expect(packages).toEqual([])
  expect(files.length).toBeLessThanOrEqual(3)
})

test('the global setup loads only a few files, and nothing that only a run with Python needs', () => {
  const { files, packages } = importsOf('vitest/global-setup.js')
  expect(packages.filter((name) => name !== 'picocolors')).toEqual([])
  expect(files.length).toBeLessThanOrEqual(5)
})

test('Vitest itself imports two modules for the setup file, and Node the rest', () => {
  const setup = join(dist(), 'vitest/setup.js')
  expect(importsIn(setup)).toEqual([expect.stringMatching(/^\.\.\/hooks-/), 'vitest'])
  const { files, packages } = importsOf('vitest/setup.js')
  expect(packages).toEqual(['vitest'])
  expect(files.length).toBeLessThanOrEqual(4)
})

test.each([
  'jest/pythonOfFile.js',
  'jest/global-setup.js',
  'jest/global-teardown.js',
  'cli.js',
])('%s does not load Vitest', (entry) => {
  const { packages } = importsOf(entry)
  expect(packages).not.toContain('vitest')
})

// Loading execa takes longer than the start of a Python, and all of this comes before the first lease.
test.each(['reaper', 'installPython'])('%s does not load execa', (name) => {
  const files = readdirSync(dist()).filter((file) => file.startsWith(`${name}-`))
  expect(files).not.toEqual([])
  for (const file of files) expect(importsOf(file).packages).not.toContain('execa')
})

// The control: the measure sees what the fixtures load.
test('the fixtures load Vitest, and no gRPC', () => {
  expect(importsOf('fixtures.js').packages).toEqual(['vitest'])
})
