// `npm run matrix`: runs the packed package with other versions of Vitest, Vite, Jest, Node and Python, and writes each
// result to docs/compatibility.json as it comes. Runs the combinations that have no result yet; `--all` runs all. Other
// arguments select some by text: `npm run matrix -- "Vitest 5.1.1, Vite 8"`.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { results, writeCompatibility } from './compatibility-table.mjs'
import { CASES, NODES } from './matrix/cases.mjs'
import { nodeOf, pythonOf } from './matrix/executables.mjs'
import { installProject, viteIn } from './matrix/install.mjs'
import { build, pack } from './pack.mjs'

/** Milliseconds for one run, which may install packages of Python and may share its machine. */
const RUN_TIMEOUT_MS = 300_000

const selected = process.argv.slice(2).filter((argument) => argument !== '--all')
const all = process.argv.includes('--all')
const directory = await mkdtemp(join(tmpdir(), 'vitest-python-matrix-'))
const installed = new Map()
let failed = false
try {
  await build()
  const tarball = await pack(join(directory, 'packed'))
  for (const combination of await wanted()) await check(combination, tarball)
} finally {
  await rm(directory, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

async function wanted() {
  if (selected.length > 0) return CASES.filter(({ id }) => selected.some((text) => id.includes(text)))
  const known = (await results()).map(({ id }) => id)
  return CASES.filter(({ id }) => all || !known.includes(id))
}

async function check(combination, tarball) {
  const { id } = combination
  const python = await pythonOf(combination.python)
  if (!python) return console.log(`${id}: this machine has no Python ${combination.python}`)
  const result = await tryCombination(combination, python, tarball)
  failed ||= Object.values(result.runs).some((outcome) => outcome !== 'passed')
  console.log(`${id}: ${JSON.stringify(result.runs)}`)
  const others = (await results()).filter((other) => other.id !== id)
  await writeCompatibility([...others, result])
}

async function tryCombination(combination, python, tarball) {
  const { id, runner, version, vite } = combination
  const project = join(directory, [runner, version, vite].join('-'))
  // Combinations that differ only in Node or Python share an installation.
  if (!installed.has(project)) installed.set(project, installProject(project, combination, tarball))
  await installed.get(project)
  const node = await nodeOf(NODES[combination.node], directory)
  const runs = {}
  for (const name of combination.runs) {
    const [type, isolation] = name.split(', ')
    await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type }))
    runs[name] = await run(project, { runner, node, python, isolation })
  }
  const nodeVersion = (await execa(node, ['-p', 'process.versions.node'])).stdout
  const shown = { runner: id.split(',')[0], vite: vite ? await viteIn(project) : '', node: nodeVersion }
  return { id, ...shown, python: combination.python, runs }
}

/** @returns `passed` or `failed`. What a failed run printed is printed, too. */
async function run(project, { runner, node, python, isolation }) {
  const runtime = await mkdtemp(join(tmpdir(), 'vp-'))
  const command =
    runner === 'jest' ? ['node_modules/jest/bin/jest.js'] : ['node_modules/vitest/vitest.mjs', 'run']
  const { exitCode, all } = await execa(node, command, {
    cwd: project,
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: RUN_TIMEOUT_MS,
    env: { ISOLATION: isolation, NO_COLOR: '1', CI: '', XDG_RUNTIME_DIR: runtime, VITEST_PYTHON: python },
  })
  await rm(runtime, { recursive: true, force: true })
  const bothPassed = /Tests:? +2 passed(, 2 total| \(2\))/.test(all)
  if (exitCode === 0 && bothPassed && all.includes('No orphaned processes')) return 'passed'
  console.log(all)
  return 'failed'
}
