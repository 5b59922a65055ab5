// `npm run matrix`: runs the packed package with every Vite that each Vitest takes, prints a table, and writes
// docs/compatibility.json. Arguments select pairs: `npm run matrix -- 4.1.12 5.1.1/8`. The others keep their results.
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { results, writeCompatibility } from './compatibility-table.mjs'
import { build, pack } from './pack.mjs'

const VITESTS = ['3.2.7', '4.1.12', '5.1.1']
const VITES = [5, 6, 7, 8]
const MODULES = ['module', 'commonjs']
const ISOLATIONS = ['test', 'file']
/** Vitest 5 does not run on Node 20. */
const NODE_24 = '24.21.0'
const fixture = fileURLToPath(new URL('../test/e2e/fixtures/matrix', import.meta.url))

const wanted = process.argv.slice(2)
const packed = await mkdtemp(join(tmpdir(), 'vitest-python-matrix-'))
let failed = false
try {
  await build()
  const tarball = await pack(packed)
  const pairs = (await allPairs()).filter(isWanted)
  for (const { vitest, vite } of pairs) await check(vitest, vite, tarball)
} finally {
  await rm(packed, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

/** The pairs that can be installed. Those that have no result yet are recorded without one. */
async function allPairs() {
  const pairs = []
  for (const vitest of VITESTS) {
    const taken = await vitesOf(vitest)
    for (const vite of VITES.filter((major) => taken.includes(major))) pairs.push({ vitest, vite })
  }
  const known = await results()
  const missing = pairs.filter((pair) => !known.some((result) => isOf(result, pair)))
  const empty = missing.map(({ vitest, vite }) => ({ vitest, vite: `${vite}`, node: '', runs: {} }))
  await writeCompatibility([...known, ...empty])
  return pairs
}

function isWanted({ vitest, vite }) {
  return wanted.length === 0 || wanted.includes(vitest) || wanted.includes(`${vitest}/${vite}`)
}

function isOf(result, { vitest, vite }) {
  return result.vitest === vitest && Number.parseInt(result.vite, 10) === vite
}

/** The majors of Vite that a published Vitest takes. */
async function vitesOf(vitest) {
  const fields = ['peerDependencies', 'dependencies', '--json']
  const { stdout } = await execa('npm', ['view', `vitest@${vitest}`, ...fields])
  const { peerDependencies, dependencies } = JSON.parse(stdout)
  const range = peerDependencies.vite ?? dependencies.vite
  return range.split('||').map((part) => Number(/\d+/.exec(part)[0]))
}

async function check(vitest, vite, tarball) {
  const result = await tryPair(vitest, vite, tarball)
  failed ||= Object.values(result.runs).some((outcome) => outcome !== 'passed')
  console.log(`Vitest ${vitest}, Vite ${result.vite}, Node ${result.node}: ${JSON.stringify(result.runs)}`)
  const others = (await results()).filter((other) => !isOf(other, { vitest, vite }))
  await writeCompatibility([...others, result])
}

async function tryPair(vitest, vite, tarball) {
  const directory = await mkdtemp(join(tmpdir(), 'vitest-python-matrix-'))
  try {
    await cp(fixture, directory, { recursive: true })
    await install(directory, vitest, vite, tarball)
    const node = await nodeOf(directory, vitest)
    const runs = {}
    for (const type of MODULES) {
      await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type }))
      for (const isolation of ISOLATIONS)
        runs[`${type}, ${isolation}`] = await run(directory, node, isolation)
    }
    const { stdout } = await execa(node, ['-p', 'process.versions.node'])
    return { vitest, vite: await viteIn(directory), node: stdout, runs }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function install(directory, vitest, vite, tarball) {
  const dependencies = {
    vitest,
    vite: `^${vite}.0.0`,
    'vitest-environment-python': `file:${tarball}`,
    '@grpc/grpc-js': '^1.14.0',
    ...(vitest.startsWith('5.') ? { node: NODE_24 } : {}),
  }
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }))
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline', '--loglevel=error']
  await execa('npm', ['install', ...options], { cwd: directory, stdin: 'ignore' })
}

async function nodeOf(directory, vitest) {
  if (!vitest.startsWith('5.')) return process.execPath
  const node = join(directory, 'node_modules/node/bin/node')
  // npm may be configured to run no install scripts. This script fetches the package of the executable.
  if (!existsSync(node)) {
    await execa(process.execPath, ['installArchSpecificPackage.js'], { cwd: dirname(dirname(node)) })
  }
  return node
}

/** A second Vite beside Vitest would make the pair another one. */
async function viteIn(directory) {
  const modules = join(directory, 'node_modules')
  const beside = await readdir(join(modules, 'vitest/node_modules')).catch(() => [])
  if (beside.includes('vite')) throw new Error('npm has installed a second Vite for Vitest.')
  return JSON.parse(await readFile(join(modules, 'vite/package.json'), 'utf8')).version
}

/** @returns `passed` or `failed`. What a failed run printed is printed, too. */
async function run(directory, node, isolation) {
  const runtime = await mkdtemp(join(tmpdir(), 'vp-'))
  const { exitCode, all } = await execa(node, ['node_modules/vitest/vitest.mjs', 'run'], {
    cwd: directory,
    all: true,
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
    env: { ISOLATION: isolation, NO_COLOR: '1', CI: '', XDG_RUNTIME_DIR: runtime },
  })
  await rm(runtime, { recursive: true, force: true })
  const passed = exitCode === 0 && /Tests +2 passed \(2\)/.test(all) && all.includes('No orphaned processes')
  if (passed) return 'passed'
  console.log(all)
  return 'failed'
}
