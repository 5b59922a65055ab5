// Keeps docs/compatibility.json, and makes the tables of docs/compatibility.md from it.
import { readFile, writeFile } from 'node:fs/promises'
import { CASES, NODES, PYTHONS } from './matrix/cases.mjs'
import { SUITES } from './matrix/suites.mjs'

const data = new URL('../docs/compatibility.json', import.meta.url)
const page = new URL('../docs/compatibility.md', import.meta.url)
const BEGIN = '<!-- Made by `npm run generate` from compatibility.json, which `npm run matrix` writes. -->'
const END = '<!-- end -->'

/** The results of the last runs of `npm run matrix`, of the combinations and suites that there are now. */
export async function results() {
  const all = JSON.parse(await readFile(data, 'utf8'))
  return all.filter(({ id, suites }) => suites && order(id) !== -1)
}

/** Replaces the result of a combination, and writes the tables. */
export async function recordResult(result) {
  const others = (await results()).filter(({ id }) => id !== result.id)
  const sorted = [...others, result].toSorted((a, b) => order(a.id) - order(b.id))
  await writeFile(data, `${JSON.stringify(sorted, null, 2)}\n`)
  await writeCompatibilityPage()
}

/** Writes the tables into the page. */
export async function writeCompatibilityPage() {
  await writeFile(page, await compatibilityPage())
}

/** The page with the tables that the results make. */
export async function compatibilityPage() {
  const [before, rest] = (await readFile(page, 'utf8')).split(BEGIN)
  return `${before}${BEGIN}\n\n${compatibilityTables(await results())}\n\n${END}${rest.split(END)[1]}`
}

/** An overview, the suites, and each combination. */
export function compatibilityTables(all) {
  return [
    overview(all),
    'Each combination plays these suites with the real runner. Its result is ✓ only if the tests that pass, the tests that\n' +
      'fail and their errors, the verdict and the exit code are as listed, and no process is left:',
    suitesTable(),
    'The cells show how many of the tests passed, and the verdict:',
    combinations(all),
    notPlayed(all),
  ].join('\n\n')
}

function order(id) {
  return CASES.findIndex((combination) => combination.id === id)
}

function overview(all) {
  const nodes = Object.keys(NODES).map((node) => [`Node ${node}`, (run) => run.node.startsWith(`${node}.`)])
  const pythons = PYTHONS.map((python) => [`Python ${python}`, (run) => isMinor(run.python, python)])
  const columns = [...nodes, ...pythons]
  const runners = [...new Set(CASES.map(({ id }) => id.split(',')[0]))]
  const lines = runners.map((runner) => {
    const own = all.filter(({ id }) => id.startsWith(`${runner},`))
    return [runner, ...columns.map(([, matches]) => mark(own.filter(matches)))]
  })
  return markdown(['', ...columns.map(([name]) => name)], lines)
}

function mark(runs) {
  if (runs.length === 0) return ''
  return runs.every(({ suites }) => Object.values(suites).every(({ asExpected }) => asExpected)) ? '✓' : '✗'
}

function suitesTable() {
  const lines = SUITES.map(({ name, about, passed, failed, verdict, orphans, exitCode }) => {
    const fails = Object.keys(failed).map((title) => `"${title}"`)
    const found = orphans > 0 ? `${verdict}: ${orphans}` : verdict
    return [name, about, passed, fails.join(', ') || 'none', found, exitCode]
  })
  return markdown(['suite', 'shows', 'passes', 'fails', 'verdict', 'exit code'], lines)
}

function combinations(all) {
  const names = SUITES.map(({ name }) => name)
  const lines = all.map(({ runner, vite, node, python, suites }) => [
    runner,
    vite,
    node,
    python,
    ...names.map((name) => cell(suites[name])),
  ])
  return markdown(['Runner', 'Vite', 'Node', 'Python', ...names], lines)
}

function cell(played) {
  if (!played) return ''
  const { asExpected, passed, failed, verdict, exitCode } = played
  const shown = `${passed} of ${passed + failed}, ${verdict}`
  return asExpected ? `✓ ${shown}` : `✗ ${shown}, exit code ${exitCode}`
}

function notPlayed(all) {
  const missing = CASES.filter(({ id }) => !all.some((result) => result.id === id))
  if (missing.length === 0) return 'Every combination was played.'
  const lines = missing.map(({ id }) => `- ${id}`)
  const why = "These combinations have no result. `npm run matrix` skips a Python that it doesn't find:"
  return `${why}\n\n${lines.join('\n')}`
}

function isMinor(version, minor) {
  return version.startsWith(`${minor}.`)
}

function markdown(head, lines) {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
