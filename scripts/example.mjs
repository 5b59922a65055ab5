// npm run example: packs this project, installs it into copies of the examples below .cache/examples, checks their types,
// and runs their tests. `npm run example -- cluster` runs the one that needs a Ray cluster, on one that it starts.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { copyExample, installPackages, installPython } from './example-environment.mjs'
import { build, pack } from './pack.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, '.cache/examples')

/** Examples that run only if they are named, and whose other files are those of another example. */
const BASED_ON = { cluster: 'scikit-learn' }

const named = process.argv.slice(2)
const all = await readdir(join(root, 'examples'))
const names = named.length > 0 ? named : all.filter((name) => !BASED_ON[name])
const unknown = names.filter((name) => !all.includes(name))
if (unknown.length > 0)
  throw new Error(`There is no example ${unknown.join(', ')}. There are: ${all.join(', ')}`)
await build()
const tarball = await pack(cache)
const outcomes = []
for (const name of names) outcomes.push(await outcomeOf(name))
console.log('')
for (const { name, passed, what } of outcomes) console.log(`${passed ? '✓' : '✗'} ${name}: ${what}`)
if (!outcomes.every(({ passed }) => passed)) process.exitCode = 1

async function outcomeOf(name) {
  const began = performance.now()
  try {
    console.log(`\nexamples/${name}`)
    const what = await runExample(name)
    return { name, passed: true, what: `${what}, in ${((performance.now() - began) / 1000).toFixed(1)} s` }
  } catch (error) {
    return { name, passed: false, what: error.shortMessage ?? error.message }
  }
}

async function runExample(name) {
  const directory = join(cache, name)
  const layers = [BASED_ON[name], name].filter(Boolean).map((layer) => join(root, 'examples', layer))
  await copyExample(layers, directory)
  await installPackages(directory, tarball)
  await installPython(directory)
  await checkTypes(directory)
  const report = join(directory, 'result.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const run = name === 'cluster' ? runInCluster : (words, options) => execa('vitest', words, options)
  const { exitCode, signal } = await run(['run', ...reporters], { ...optionsFor(directory), reject: false })
  if (!existsSync(report))
    throw new Error(`Vitest ended without a result (${signal ?? `exit code ${exitCode}`})`)
  const { numPassedTests, numTotalTests } = JSON.parse(await readFile(report, 'utf8'))
  await rm(report)
  const tests = `${numPassedTests} of ${numTotalTests} tests passed`
  // Vitest exits with 0 only if the sweeps after the run were clean as well.
  if (exitCode !== 0) throw new Error(`${tests}, and the run failed (${signal ?? `exit code ${exitCode}`})`)
  return `${tests}, no process left behind`
}

/** Runs Vitest on a cluster of three nodes. It fails, too, if a process of a run is left. */
async function runInCluster(words, options) {
  const out = await mkdtemp(join(tmpdir(), 'example-'))
  try {
    const env = {
      ...options.env,
      RAY_PYTHON: join(options.cwd, '.venv/bin/python'),
      CLUSTER_NODES: '3',
      CLUSTER_CASES: 'example',
      CLUSTER_OUT: out,
    }
    const argv = ['node_modules/vitest/vitest.mjs', ...words]
    await execa(join(root, 'scripts/in-cluster.sh'), argv, { ...options, env, reject: true })
    console.log(await readFile(join(out, 'example.log'), 'utf8'))
    const left = await readFile(join(out, 'example.left'), 'utf8')
    if (left !== '') throw new Error(`Processes of the run are left:\n${left}`)
    return { exitCode: Number(await readFile(join(out, 'example.status'), 'utf8')) }
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

/** Fails if `python.d.ts` does not match the Python of the example, or if a test has a type error. */
async function checkTypes(directory) {
  await execa('vitest-python', ['types', '--check'], optionsFor(directory))
  await execa('tsc', [], optionsFor(directory))
}

function optionsFor(directory) {
  return {
    cwd: directory,
    preferLocal: true,
    localDir: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: ownEnvironment(directory),
    extendEnv: false,
  }
}

/** An example must find its own virtual environment, even if another one is active here. */
function ownEnvironment(directory) {
  if (!existsSync(join(directory, '.venv'))) return process.env
  const { VITEST_PYTHON, VIRTUAL_ENV, CONDA_PREFIX, ...kept } = process.env
  return kept
}
