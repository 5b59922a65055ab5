// `npm test`: runs every check of the project, in parallel if they do not disturb each other.
// Arguments select checks by name: `npm test -- lint types`.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import pc from 'picocolors'
import { developmentPython, librariesPython } from './development-python.mjs'
import { entryProblems } from './entry-sizes.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = (command, args, options = {}) =>
  execa(command, args, {
    cwd: root,
    preferLocal: true,
    all: true,
    reject: false,
    stdin: 'ignore',
    ...options,
  })
const python =
  (...args) =>
  async () =>
    run(await developmentPython(), args, { cwd: join(root, 'python') })
const node =
  (command, ...args) =>
  () =>
    run(command, args)

/** Unpacked. The compressed tarball is a third of it. */
const MAX_BYTES = 1_000_000

/** A check passes if its command exits with 0. */
const stages = [
  // The first stage makes the files that the others need.
  { build: node('tsdown', '--silent'), python: async () => run(await developmentPython(), ['-V']) },
  {
    commits: node('node', 'scripts/check-commits.mjs'),
    lint: node('biome', 'ci', '--colors=off', '--error-on-warnings', '.'),
    types: async () => {
      for (const project of ['.', 'src/report/page']) {
        const types = await run('tsc', ['--noEmit', '-p', project])
        if (types.exitCode !== 0) return types
      }
      return run('tsc', ['--noEmit', '-p', 'docs/.vitepress'])
    },
    layers: node('depcruise', '--config', '.dependency-cruiser.cjs', 'src'),
    'python-layers': python('-c', 'from importlinter.cli import lint_imports_command as lint; lint()'),
    generated,
    package: checkPackage,
    reproducible: node('node', 'scripts/check-reproducible.mjs'),
    ruff: python('-m', 'ruff', 'check', '.'),
    'ruff-format': python('-m', 'ruff', 'format', '--check', '.'),
    mypy: python('-m', 'mypy', '--strict', 'vitest_python', 'tests'),
  },
  // These start, kill and count real processes, so few of them run at a time.
  { unit: vitest('unit'), pytest: python('-m', 'pytest', 'tests', '--ignore', 'tests/libraries') },
  { libraries },
  { integration: vitest('integration') },
  { e2e: vitest('e2e') },
  { chaos: vitest('chaos') },
  // Alone: its ratios are unreliable beside other checks.
  { bench: node('node', 'scripts/bench.mjs', '--check', 'P1', 'P2', 'P10', 'memory') },
]

const wanted = process.argv.slice(2)
const results = []
for (const stage of stages) {
  const checks = Object.entries(stage).filter(
    ([name]) => wanted.length === 0 || wanted.includes(name) || name === 'build',
  )
  await limited(checks, availableParallelism(), async ([name, check]) =>
    results.push(await report(name, check)),
  )
  if (results.some(({ name, ok }) => name === 'build' && !ok)) break
}
const passed = results.reduce((sum, result) => sum + result.passed, 0)
const failed = results.reduce((sum, result) => sum + result.failed, 0)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function report(name, check) {
  const began = performance.now()
  const { exitCode, all = '' } = await check()
  const counts = countTests(all)
  const ok = exitCode === 0
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`
  const many = counts ? `, ${counts.passed} passed, ${counts.failed} failed` : ''
  console.log(`${ok ? pc.green('✓') : pc.red('✗')} ${name} (${took}${many})`)
  if (!ok || name === 'bench') console.log(all.replace(/^/gm, '    '))
  // A runner that failed without a failed test (a crash, an unhandled error) counts as one failure.
  const failures = counts ? Math.max(counts.failed, ok ? 0 : 1) : ok ? 0 : 1
  return { name, ok, passed: counts ? counts.passed : ok ? 1 : 0, failed: failures }
}

/** Reads the summary line of Vitest or pytest. */
function countTests(output) {
  const lines = stripVTControlCharacters(output).split('\n').reverse()
  const line = lines.find(
    (text) =>
      /^\s*Tests\s+.*\d+ (passed|failed)/.test(text) || /^=*\s*.*\d+ (passed|failed).* in [\d.]+s/.test(text),
  )
  if (!line) return undefined
  const number = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0)
  return { passed: number('passed'), failed: number('failed') + number('errors?') }
}

function vitest(project) {
  return () =>
    run('vitest', ['run', '--project', project, '--passWithNoTests'], { env: { FORCE_COLOR: '0' } })
}

async function limited(items, most, work) {
  const queue = [...items]
  const next = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: most }, next))
}

/** Libraries that a module uses while it is imported, in an environment of their own. */
async function libraries() {
  await librariesPython()
  return run(await developmentPython(), ['-m', 'pytest', 'tests/libraries'], { cwd: join(root, 'python') })
}

/** The checked-in files must equal the generators' output. */
async function generated() {
  const compiler = await run(await developmentPython(), ['-c', 'import grpc_tools'])
  // The newest grpcio-tools whose code runs on protobuf 4.25 has no build for Python 3.13 and later.
  if (compiler.exitCode !== 0) return { exitCode: 0, all: 'no protoc for this Python' }
  const directory = await mkdtemp(join(tmpdir(), 'vitest-python-generated-'))
  try {
    const typescript = await run('node', ['scripts/generate.mjs', directory])
    if (typescript.exitCode !== 0) return typescript
    const drift = await run('diff', ['-r', directory, 'src/client/gen'])
    if (drift.exitCode !== 0) return { exitCode: 1, all: `run npm run generate\n${drift.all}` }
    const laid = join(directory, '_gen')
    const messages = await run(await developmentPython(), ['python/generate.py', laid])
    if (messages.exitCode !== 0) return messages
    return await run('diff', ['-r', '-x', '__pycache__', laid, 'python/vitest_python/_gen'])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Checks the tarball: exports, types, contents, size. */
async function checkPackage() {
  const publint = await run('publint', ['--strict', '--pack', 'npm'])
  if (publint.exitCode !== 0) return publint
  for (const directory of ['.', './packages/vitest-python']) {
    const published = await run('npm', ['publish', '--dry-run', '--ignore-scripts', directory])
    // Between a release and the next one, the version is on the registry.
    if (published.exitCode !== 0 && !/previously published version/.test(published.all)) return published
  }
  const large = await entryProblems(join(root, 'dist'))
  if (large.length > 0) return { exitCode: 1, all: large.join('\n') }
  const directory = await mkdtemp(join(tmpdir(), 'vitest-python-package-'))
  try {
    const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', directory], {
      all: false,
    })
    if (packed.exitCode !== 0) return { exitCode: 1, all: packed.stderr }
    const [{ filename, unpackedSize, files }] = JSON.parse(packed.stdout)
    const problems = contentProblems(
      unpackedSize,
      files.map(({ path }) => path),
    )
    if (problems.length > 0) return { exitCode: 1, all: problems.join('\n') }
    return await run('attw', [join(directory, filename)])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function contentProblems(size, paths) {
  const wantedFiles = [
    'LICENSE',
    'THIRD-PARTY-NOTICES.md',
    'README.md',
    'python/__main__.py',
    'python/vitest_python/reaper/reaper.py',
    'dist/python-rooms.zip',
  ]
  return [
    ...(size > MAX_BYTES ? [`the package unpacks to ${size} bytes; at most ${MAX_BYTES} are allowed`] : []),
    ...wantedFiles.filter((path) => !paths.includes(path)).map((path) => `${path} is not in the package`),
    ...paths
      .filter((path) => /__pycache__|\.test\.|\/tests?\//.test(path))
      .map((path) => `${path} is in the package`),
  ]
}
