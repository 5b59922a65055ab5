import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, inject, test } from 'vitest'
import { developmentPython } from '../../scripts/development-python.mjs'
import { layFixture, runVitest } from '../support/runVitest.ts'
import { covering, nightly, type VitestVersion } from '../support/versions.ts'

/** A copy of a fixture project, as a repository in which everything is committed. */
async function repository(version: VitestVersion, fixture: string, env: Record<string, string> = {}) {
  const directory = mkdtempSync(join(inject('installations')[version]!.directory, 'changed-'))
  layFixture(directory, fixture, {
    'package.json': '{ "type": "module" }',
    '.gitignore': 'node_modules\nreports\n',
  })
  const git = (...words: string[]) =>
    execa('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: directory })
  await git('init', '--quiet')
  await git('add', '.')
  await git('commit', '--quiet', '-m', 'all')
  const wrap = (command: string[]) => command.map((word) => word.replace(/^node_modules/, '../node_modules'))
  return {
    path: (name: string) => join(directory, name),
    /** Runs Vitest. Resolves to the names of the test files that ran. */
    async run(args: string[], command = ['run']) {
      const all = [...args, '--passWithNoTests', '--reporter=verbose']
      const { output } = await runVitest({ version, fixture, directory, args: all, command, wrap, env })
      const files = [...output.matchAll(/[✓×] (?:.*\s)?(\w+)\.test\.ts > /g)].map(
        ([, name]) => name as string,
      )
      if (files.length === 0) expect(output).toMatch(/No (test|affected test|changed) files found/)
      return [...new Set(files)].sort()
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}

const ALL = ['plain', 'sums', 'words']

test.concurrent.each(covering)('Vitest %s runs the tests that used a changed Python file', {
  timeout: 280_000,
}, async (version) => {
  using project = await repository(version, 'watch')
  const { path, run } = project
  const related = (file: string) => run([file, '--run'], ['related'])
  const changed = () => run(['--changed'])

  expect(await changed()).toEqual([])
  // Nothing has run yet, so nothing is known: all tests of the project run.
  expect(await related('python/sums.py')).toEqual(ALL)
  // A module that another one imports inside a function.
  expect(await related('python/scale.py')).toEqual(['sums'])
  // A run of some files does not forget the others.
  expect(await run(['words'])).toEqual(['words'])
  expect(await related('python/sums.py')).toEqual(['sums'])
  expect(await related('python/words.txt')).toEqual([])

  // A module that another one imports at the top.
  appendFileSync(path('python/common.py'), '# changed\n')
  expect(await changed()).toEqual(['words'])
  // A file that is gone.
  rmSync(path('python/scale.py'))
  expect(await changed()).toEqual(['sums', 'words'])
  // A file of which nothing is known.
  writeFileSync(path('python/ratio.py'), 'FACTOR = 1\n')
  expect(await changed()).toEqual(ALL)
  rmSync(path('python/ratio.py'))

  // A damaged map is as if nothing were known.
  const cache = path('node_modules/.vite')
  const maps = readdirSync(cache, { recursive: true, encoding: 'utf8' })
  const [map] = maps.filter((name) => /python-\w+\.json$/.test(name))
  writeFileSync(join(cache, map as string), '{"version":1,"tests":{"sums.test')
  expect(await changed()).toEqual(ALL)
})

/** Replaces a text in a Python file of the fixture `contexts`. */
function edit(file: string, from: string, to: string): void {
  const before = readFileSync(file, 'utf8')
  expect(before).toContain(from)
  writeFileSync(file, before.replace(from, to))
}

// One version is enough for the decision; the nightly run plays all.
const newest = nightly ? covering : covering.slice(-1)

test.concurrent.each(
  newest,
)('after a run with coverage, Vitest %s runs the tests that ran a changed function', {
  timeout: 280_000,
}, async (version) => {
  using project = await repository(version, 'contexts', { VITEST_PYTHON: await developmentPython() })
  const { path, run } = project
  const shop = path('python/shop.py')
  const related = () => run(['python/shop.py', '--run'], ['related'])
  const every = ['shared', 'tax', 'total']

  expect(await run(['--coverage'])).toEqual(every)
  const contexts = JSON.parse(readFileSync(path('reports/python-contexts.json'), 'utf8'))
  expect(contexts['python/shop.py']).toEqual({
    5: ['shared.test.ts > shared', 'total.test.ts > total'],
    9: ['shared.test.ts > shared', 'tax.test.ts > tax'],
    13: ['shared.test.ts > shared'],
  })
  // Nothing has changed since then, so nothing can be left out.
  expect(await related()).toEqual(every)
  // That run measured nothing, so this one has to, for the functions to be known again.
  expect(await run(['--coverage'])).toEqual(every)
  edit(shop, 'sum(prices)', 'sum(\n        prices\n    )')
  expect(await related()).toEqual(['shared', 'total'])
  edit(shop, 'price * TAX', 'TAX * price')
  // Of the tests that have run without coverage, nothing is known any more.
  expect(await related()).toEqual(every)
  expect(await run(['--coverage'])).toEqual(every)
  // Code that every test depends on.
  edit(shop, 'TAX = 0.2', 'TAX = 0.3')
  expect(await related()).toEqual(every)
})
