// The size of each entry of the built package: its file, and everything that loading it loads from the package.
import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Bytes that an entry may have, with about a seventh of slack. What is imported on demand doesn't count. */
const BUDGETS = {
  'vitest.js': 46_000,
  'vitest/global-setup.js': 140_000,
  'vitest/setup.js': 41_000,
  'environment.js': 18_000,
  'globals.js': 100,
  'fixtures.js': 155_000,
  'jest.cjs': 4_000,
  'jest/global-setup.js': 140_000,
  'jest/global-teardown.js': 140_000,
  'jest/environment.cjs': 2_600,
  'cli.js': 142_000,
}

/** Returns a sentence for each entry that is larger than its budget. */
export async function entryProblems(dist) {
  const problems = []
  for (const [entry, budget] of Object.entries(BUDGETS)) {
    const size = await sizeOf(join(dist, entry))
    if (size > budget) problems.push(`dist/${entry} loads ${size} bytes; at most ${budget} are allowed`)
  }
  return problems
}

async function sizeOf(entry) {
  const files = new Set()
  const add = async (file) => {
    if (files.has(file)) return
    files.add(file)
    for (const path of staticImports(await readFile(file, 'utf8'))) await add(join(dirname(file), path))
  }
  await add(entry)
  const sizes = await Promise.all([...files].map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Relative paths that a file imports while it is loaded: not those of `import()`. */
function staticImports(code) {
  return [...code.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*["'`](\.[^"'`]+)["'`]/g)].map(
    ([, path]) => path,
  )
}
